using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TaskAspire.Data.Users;

/// <summary>A person with an account. Everything else in the database hangs on one, and goes with it.</summary>
public sealed class User
{
    /// <summary>Longest e-mail address accepted, in characters (RFC 5321 §4.5.3.1.3 less the angle brackets).</summary>
    public const int EmailMaxLength = 254;

    /// <summary>Longest display name accepted, in characters.</summary>
    public const int DisplayNameMaxLength = 100;

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The address as it was typed.</summary>
    public required string Email { get; set; }

    /// <summary>The address in the form that is unique: trimmed and upper-cased (see <see cref="NormalizeEmail"/>).</summary>
    public required string NormalizedEmail { get; set; }

    /// <summary>The name shown to people.</summary>
    public required string DisplayName { get; set; }

    /// <summary>The password as ASP.NET Core Identity's hasher wrote it.</summary>
    public required string PasswordHash { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>
    /// When the account was deleted, UTC; null while it is there. Queries leave it out, its address is free and nobody can log in. The row stays until
    /// everything that hangs on it is removed, which for millions of rows takes longer than anybody waits.
    /// </summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>The form of an address in which two spellings of the same account are equal.</summary>
    public static string NormalizeEmail(string email) => email.Trim().ToUpperInvariant();
}

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.Property(u => u.Email).HasMaxLength(User.EmailMaxLength);
        builder.Property(u => u.NormalizedEmail).HasMaxLength(User.EmailMaxLength);
        builder.Property(u => u.DisplayName).HasMaxLength(User.DisplayNameMaxLength);
        builder.HasIndex(u => u.NormalizedEmail).IsUnique().HasDatabaseName(ConstraintNames.UserEmail);
        builder.HasQueryFilter(u => u.DeletedAt == null);
        builder.HasIndex(u => u.DeletedAt).HasFilter("deleted_at IS NOT NULL").HasDatabaseName("ix_users_deleted");
    }
}
