using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <summary>
    /// Most of what a delivery costs the database is keys and indexes. Retention goes by ids, which begin with the time they were made at; whose a
    /// delivery is follows from its endpoint.
    /// </summary>
    public partial class FewerDeliveryIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // In the order in which whoever writes an event takes them, or the two could wait for each other.
            migrationBuilder.Sql("LOCK TABLE users, webhook_events, webhook_deliveries IN ACCESS EXCLUSIVE MODE;");

            migrationBuilder.DropForeignKey(
                name: "fk_webhook_deliveries_users_user_id",
                table: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ix_webhook_events_occurred_at",
                table: "webhook_events");

            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_completed_at",
                table: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_user_id",
                table: "webhook_deliveries");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_webhook_events_occurred_at",
                table: "webhook_events",
                column: "occurred_at");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_completed_at",
                table: "webhook_deliveries",
                column: "completed_at",
                filter: "completed_at IS NOT NULL");

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
