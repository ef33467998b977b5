using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TaskAspire.Data.Users;

/// <summary>
/// One log-in: a family of refresh tokens of which only the newest is good (RFC 9700 §4.14.2).
/// Redis holds a copy for speed; this row is the truth.
/// </summary>
public sealed class RefreshSession
{
    /// <summary>UUIDv7; the access token carries it as <c>sid</c>.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The owner.</summary>
    public Guid UserId { get; init; }

    /// <summary>SHA-256 of the newest refresh token. A token of this family with another hash was used before.</summary>
    public required byte[] TokenHash { get; set; }

    /// <summary>SHA-256 of what all tokens of the family share; null in a session that began before there was such a part.</summary>
    public byte[]? FamilyHash { get; set; }

    /// <summary>SHA-256 of the refresh token before the newest; null before the first refresh.</summary>
    public byte[]? PreviousTokenHash { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last refresh, UTC.</summary>
    public DateTimeOffset LastUsedAt { get; set; }

    /// <summary>UTC; a refresh moves it.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>When the session was ended (log-out, reuse of an old token), UTC.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Why it was ended: <c>logout</c>, <c>reuse</c>, <c>revoked</c>, <c>password_changed</c>.</summary>
    public string? RevokedReason { get; set; }

    /// <summary>The client's <c>User-Agent</c>, cut to 256 characters.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The client's address at log-in.</summary>
    public string? IpAddress { get; init; }
}

internal sealed class RefreshSessionConfiguration : IEntityTypeConfiguration<RefreshSession>
{
    public void Configure(EntityTypeBuilder<RefreshSession> builder)
    {
        builder.Property(s => s.RevokedReason).HasMaxLength(32);
        builder.Property(s => s.UserAgent).HasMaxLength(256);
        builder.Property(s => s.IpAddress).HasMaxLength(64);
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(s => new { s.UserId, s.Id });
        builder.HasIndex(s => s.ExpiresAt);
    }
}
