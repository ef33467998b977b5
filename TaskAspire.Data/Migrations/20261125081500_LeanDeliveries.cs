using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <summary>
    /// A delivery is written three times (made, claimed, done with). What that costs is index entries and checks: the claim fits beside the row, and
    /// so touches no index, where the page has room; and the user's key is implied by those of the endpoint and the event.
    /// </summary>
    public partial class LeanDeliveries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_webhook_deliveries_users_user_id",
                table: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_user_id",
                table: "webhook_deliveries");

            // Vacuumed by what has changed, not by how many were ever delivered: what claims read has its dead entries near its beginning.
            migrationBuilder.Sql(
                "ALTER TABLE webhook_deliveries SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.02);");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                "ALTER TABLE webhook_deliveries RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_user_id",
                table: "webhook_deliveries",
                column: "user_id");

            migrationBuilder.AddForeignKey(
                name: "fk_webhook_deliveries_users_user_id",
                table: "webhook_deliveries",
                column: "user_id",
                principalTable: "users",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }
    }
}
