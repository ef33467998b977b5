using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <inheritdoc />
    public partial class WebhookControls : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_event_id",
                table: "webhook_deliveries");

            migrationBuilder.AddColumn<Guid[]>(
                name: "category_ids",
                table: "webhook_events",
                type: "uuid[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<string[]>(
                name: "tag_keys",
                table: "webhook_events",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<Guid[]>(
                name: "category_ids",
                table: "webhook_endpoints",
                type: "uuid[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<int>(
                name: "concurrency",
                table: "webhook_endpoints",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "header_names",
                table: "webhook_endpoints",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<string>(
                name: "headers",
                table: "webhook_endpoints",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "paused_at",
                table: "webhook_endpoints",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rate_limit",
                table: "webhook_endpoints",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "rate_used_until",
                table: "webhook_endpoints",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "tag_keys",
                table: "webhook_endpoints",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<string[]>(
                name: "tags",
                table: "webhook_endpoints",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.AddColumn<long>(
                name: "version",
                table: "webhook_endpoints",
                type: "bigint",
                nullable: false,
                defaultValue: 1L);

            migrationBuilder.AddColumn<string>(
                name: "request_headers",
                table: "webhook_attempts",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "response_headers",
                table: "webhook_attempts",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "webhook_tallies",
                columns: table => new
                {
                    endpoint_id = table.Column<Guid>(type: "uuid", nullable: false),
                    starts_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    delivered = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    dead = table.Column<int>(type: "integer", nullable: false),
                    latencies = table.Column<int[]>(type: "integer[]", nullable: false),
                    last_success_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_failure_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_tallies", x => new { x.endpoint_id, x.starts_at });
                    table.ForeignKey(
                        name: "fk_webhook_tallies_webhook_endpoints_endpoint_id",
                        column: x => x.endpoint_id,
                        principalTable: "webhook_endpoints",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_events_task_id",
                table: "webhook_events",
                column: "task_id",
                filter: "task_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_endpoints_paused",
                table: "webhook_endpoints",
                column: "paused_at",
                filter: "paused_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_endpoint_id_event_type_id",
                table: "webhook_deliveries",
                columns: new[] { "endpoint_id", "event_type", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_event_endpoint",
                table: "webhook_deliveries",
                columns: new[] { "event_id", "endpoint_id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_failed",
                table: "webhook_deliveries",
                columns: new[] { "endpoint_id", "state", "id" },
                filter: "state IN (2, 3)");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_held",
                table: "webhook_deliveries",
                columns: new[] { "endpoint_id", "next_attempt_at" },
                filter: "state = 4");

            migrationBuilder.CreateIndex(
                name: "ux_webhook_deliveries_on_its_way",
                table: "webhook_deliveries",
                columns: new[] { "event_id", "endpoint_id" },
                unique: true,
                filter: "state IN (0, 4)");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_tallies_starts_at",
                table: "webhook_tallies",
                column: "starts_at");

            migrationBuilder.Sql(EndpointFilters.FanOut);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(EndpointFilters.RestoreFanOut);

            migrationBuilder.DropTable(
                name: "webhook_tallies");

            migrationBuilder.DropIndex(
                name: "ix_webhook_events_task_id",
                table: "webhook_events");

            migrationBuilder.DropIndex(
                name: "ix_webhook_endpoints_paused",
                table: "webhook_endpoints");

            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_endpoint_id_event_type_id",
                table: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_event_endpoint",
                table: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_failed",
                table: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ix_webhook_deliveries_held",
                table: "webhook_deliveries");

            migrationBuilder.DropIndex(
                name: "ux_webhook_deliveries_on_its_way",
                table: "webhook_deliveries");

            migrationBuilder.DropColumn(
                name: "category_ids",
                table: "webhook_events");

            migrationBuilder.DropColumn(
                name: "tag_keys",
                table: "webhook_events");

            migrationBuilder.DropColumn(
                name: "category_ids",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "concurrency",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "header_names",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "headers",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "paused_at",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "rate_limit",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "rate_used_until",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "tag_keys",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "tags",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "version",
                table: "webhook_endpoints");

            migrationBuilder.DropColumn(
                name: "request_headers",
                table: "webhook_attempts");

            migrationBuilder.DropColumn(
                name: "response_headers",
                table: "webhook_attempts");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_event_id",
                table: "webhook_deliveries",
                column: "event_id");
        }
    }
}
