using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <inheritdoc />
    public partial class ChangeRetention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "removed",
                table: "change_counters",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateIndex(
                name: "ix_tags_user_id_id",
                table: "tags",
                columns: new[] { "user_id", "id" });

            migrationBuilder.Sql(ChangeNumbersAtOnce.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ChangeNumbersAtOnce.Drop);

            migrationBuilder.DropIndex(
                name: "ix_tags_user_id_id",
                table: "tags");

            migrationBuilder.DropColumn(
                name: "removed",
                table: "change_counters");
        }
    }
}
