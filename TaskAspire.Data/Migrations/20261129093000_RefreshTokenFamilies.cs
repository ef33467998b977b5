using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskAspire.Data.Migrations
{
    /// <summary>All refresh tokens of a session share a part: one without it was made up, and ends nothing.</summary>
    public partial class RefreshTokenFamilies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "family_hash",
                table: "refresh_sessions",
                type: "bytea",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "family_hash",
                table: "refresh_sessions");
        }
    }
}
