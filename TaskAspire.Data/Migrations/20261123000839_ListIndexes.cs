using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <inheritdoc />
    public partial class ListIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_tasks_category_created",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_created",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_description_trgm",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_due",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_parent_created",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_priority",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_status_created",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_title",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_title_trgm",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_updated",
                table: "tasks");

            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:btree_gin", ",,")
                .Annotation("Npgsql:PostgresExtension:pg_trgm", ",,")
                .OldAnnotation("Npgsql:PostgresExtension:pg_trgm", ",,");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_created",
                table: "tasks",
                columns: new[] { "user_id", "created_at", "id", "status", "priority", "due_date", "category_id", "parent_id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_due",
                table: "tasks",
                columns: new[] { "user_id", "due_date", "id", "status", "priority", "category_id", "parent_id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_priority",
                table: "tasks",
                columns: new[] { "user_id", "priority", "id", "status", "due_date", "category_id", "parent_id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_search",
                table: "tasks",
                columns: new[] { "user_id", "title", "description" },
                filter: "deleted_at IS NULL")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "uuid_ops", "gin_trgm_ops", "gin_trgm_ops" })
                .Annotation("Npgsql:StorageParameter:gin_pending_list_limit", 512);

            migrationBuilder.CreateIndex(
                name: "ix_tasks_title",
                table: "tasks",
                columns: new[] { "user_id", "title", "id", "status", "priority", "due_date", "category_id", "parent_id" },
                filter: "deleted_at IS NULL")
                .Annotation("Relational:Collation", new[] { "", "und-x-icu" });

            migrationBuilder.CreateIndex(
                name: "ix_tasks_updated",
                table: "tasks",
                columns: new[] { "user_id", "updated_at", "id", "status", "priority", "due_date", "category_id", "parent_id" },
                filter: "deleted_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_tasks_created",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_due",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_priority",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_search",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_title",
                table: "tasks");

            migrationBuilder.DropIndex(
                name: "ix_tasks_updated",
                table: "tasks");

            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:pg_trgm", ",,")
                .OldAnnotation("Npgsql:PostgresExtension:btree_gin", ",,")
                .OldAnnotation("Npgsql:PostgresExtension:pg_trgm", ",,");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_category_created",
                table: "tasks",
                columns: new[] { "category_id", "created_at", "id" },
                filter: "deleted_at IS NULL AND category_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_created",
                table: "tasks",
                columns: new[] { "user_id", "created_at", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_description_trgm",
                table: "tasks",
                column: "description",
                filter: "deleted_at IS NULL AND description IS NOT NULL")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_tasks_due",
                table: "tasks",
                columns: new[] { "user_id", "due_date", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_parent_created",
                table: "tasks",
                columns: new[] { "parent_id", "created_at", "id" },
                filter: "deleted_at IS NULL AND parent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_priority",
                table: "tasks",
                columns: new[] { "user_id", "priority", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_status_created",
                table: "tasks",
                columns: new[] { "user_id", "status", "created_at", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_title",
                table: "tasks",
                columns: new[] { "user_id", "title", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_title_trgm",
                table: "tasks",
                column: "title",
                filter: "deleted_at IS NULL")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_tasks_updated",
                table: "tasks",
                columns: new[] { "user_id", "updated_at", "id" },
                filter: "deleted_at IS NULL");
        }
    }
}
