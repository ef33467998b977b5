using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Idempotency;

/// <summary>The first answer to a POST that carried an <c>Idempotency-Key</c>; a repeat gets it again.</summary>
public sealed class IdempotencyKey
{
    /// <summary>Longest key, in characters.</summary>
    public const int KeyMaxLength = 255;

    /// <summary>
    /// Within which the key is unique: the user's id, so that a key of one user says nothing to another; for an anonymous request
    /// (register, log in, refresh) what its body hashes to, so that only a client that can send the same credentials is answered.
    /// </summary>
    public Guid Scope { get; init; }

    /// <summary>Whose it is, so that it goes with them; null when no user was known.</summary>
    public Guid? UserId { get; set; }

    /// <summary>The key as the client sent it.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 over method, path and body: the same key with another request is an error of the client.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The status of the answer; null while the first request runs.</summary>
    public int? StatusCode { get; set; }

    /// <summary>The answer's <c>Content-Type</c>, <c>Location</c> and <c>ETag</c>, as a JSON object.</summary>
    public string? Headers { get; set; }

    /// <summary>The body of the answer, encrypted with Data Protection: some answers show a secret once.</summary>
    public byte[]? Body { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; afterwards the key is free again.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class IdempotencyKeyConfiguration : IEntityTypeConfiguration<IdempotencyKey>
{
    public void Configure(EntityTypeBuilder<IdempotencyKey> builder)
    {
        builder.HasKey(k => new { k.Scope, k.Key });
        builder.Property(k => k.Key).HasMaxLength(IdempotencyKey.KeyMaxLength);
        builder.Property(k => k.Headers).HasColumnType("jsonb");
        builder.HasOne<User>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(k => k.UserId);
        builder.HasIndex(k => k.ExpiresAt);
    }
}
