using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <summary>
    /// A delivery is written three times (made, claimed, done with). What that costs is index entries: where the page has room, the claim lies beside the
    /// row and touches no index.
    /// </summary>
    public partial class LeanDeliveries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Vacuumed by what has changed, not by how many were ever delivered: what claims read has its dead entries near its beginning.
            migrationBuilder.Sql(
                "ALTER TABLE webhook_deliveries SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.02);");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                "ALTER TABLE webhook_deliveries RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);");
        }
    }
}
