using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <inheritdoc />
    public partial class ChangesAndTrash : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "pk_idempotency_keys",
                table: "idempotency_keys");

            migrationBuilder.DropIndex(
                name: "ix_changes_user_id_transaction_id_id",
                table: "changes");

            migrationBuilder.AlterColumn<string>(
                name: "recurrence",
                table: "tasks",
                type: "character varying(2000)",
                maxLength: 2000,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(500)",
                oldMaxLength: 500,
                oldNullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "deleted_with_id",
                table: "tasks",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "recurrence_start",
                table: "tasks",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AlterColumn<Guid>(
                name: "user_id",
                table: "idempotency_keys",
                type: "uuid",
                nullable: true,
                oldClrType: typeof(Guid),
                oldType: "uuid");

            migrationBuilder.AddColumn<Guid>(
                name: "scope",
                table: "idempotency_keys",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"));

            migrationBuilder.AddColumn<string>(
                name: "actor",
                table: "changes",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "user");

            migrationBuilder.AddColumn<Guid>(
                name: "actor_id",
                table: "changes",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "sequence",
                table: "changes",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddPrimaryKey(
                name: "pk_idempotency_keys",
                table: "idempotency_keys",
                columns: new[] { "scope", "key" });

            migrationBuilder.CreateTable(
                name: "change_counters",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_change_counters", x => x.user_id);
                    table.ForeignKey(
                        name: "fk_change_counters_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql(ChangeNumbers.NumberExisting);

            migrationBuilder.DropColumn(
                name: "transaction_id",
                table: "changes");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_deleted_with",
                table: "tasks",
                column: "deleted_with_id",
                filter: "deleted_with_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_purge",
                table: "tasks",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_user_id",
                table: "idempotency_keys",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_changes_user_id_sequence",
                table: "changes",
                columns: new[] { "user_id", "sequence" },
                unique: true);

            migrationBuilder.Sql(ChangeNumbers.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ChangeNumbers.Drop);

            migrationBuilder.DropTable(
                name: "change_counters");

            migrationBuilder.DropIndex(
                name: "ix_tasks_deleted_with",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_purge",
                table: "tasks");

            migrationBuilder.DropPrimaryKey(
                name: "pk_idempotency_keys",
                table: "idempotency_keys");

            migrationBuilder.DropIndex(
                name: "ix_idempotency_keys_user_id",
                table: "idempotency_keys");

            migrationBuilder.DropIndex(
                name: "ix_changes_user_id_sequence",
                table: "changes");

            migrationBuilder.DropColumn(
                name: "deleted_with_id",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "recurrence_start",
                table: "tasks");

            migrationBuilder.DropColumn(
                name: "scope",
                table: "idempotency_keys");

            migrationBuilder.DropColumn(
                name: "actor",
                table: "changes");

            migrationBuilder.DropColumn(
                name: "actor_id",
                table: "changes");

            migrationBuilder.DropColumn(
                name: "sequence",
                table: "changes");

            migrationBuilder.AlterColumn<string>(
                name: "recurrence",
                table: "tasks",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(2000)",
                oldMaxLength: 2000,
                oldNullable: true);

            migrationBuilder.AlterColumn<Guid>(
                name: "user_id",
                table: "idempotency_keys",
                type: "uuid",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"),
                oldClrType: typeof(Guid),
                oldType: "uuid",
                oldNullable: true);

            migrationBuilder.AddColumn<ulong>(
                name: "transaction_id",
                table: "changes",
                type: "xid8",
                nullable: false,
                defaultValueSql: "pg_current_xact_id()");

            migrationBuilder.AddPrimaryKey(
                name: "pk_idempotency_keys",
                table: "idempotency_keys",
                columns: new[] { "user_id", "key" });

            migrationBuilder.CreateIndex(
                name: "ix_changes_user_id_transaction_id_id",
                table: "changes",
                columns: new[] { "user_id", "transaction_id", "id" });
        }
    }
}
