using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Validation;
using TaskAspire.ApiService.Writing;

// The framework's validation of what it did not bind itself is marked experimental in .NET 10 (see Writing/RequestValidation.cs).
#pragma warning disable ASP0029

namespace TaskAspire.ApiService.Auth;

/// <summary>An account as a merge patch shall leave it.</summary>
[ValidatableType]
public sealed record ProfileRequest
{
    /// <inheritdoc cref="RegisterRequest.Email" />
    [Required]
    [Email]
    public required string Email { get; init; }

    /// <inheritdoc cref="RegisterRequest.DisplayName" />
    [Required]
    [VisibleName]
    public required string DisplayName { get; init; }

    /// <inheritdoc cref="ProfilePatch.CurrentPassword" />
    [TextLength(PasswordRulesOptions.MaxLength, ErrorMessage = "At most 128 characters are allowed.")]
    public string? CurrentPassword { get; init; }
}
