using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <summary>An endpoint that was deleted is there until its deliveries are removed, in batches.</summary>
    public partial class DeletedEndpoints : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deleted_at",
                table: "webhook_endpoints",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_webhook_endpoints_deleted",
                table: "webhook_endpoints",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_webhook_endpoints_deleted",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                table: "webhook_endpoints");
        }
    }
}
