using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>Asks for an account.</summary>
public sealed record RegisterRequest
{
    /// <summary>The address to log in with. Upper and lower case are the same.</summary>
    [Required]
    [Email]
    public required string Email { get; init; }

    /// <summary>8 to 128 characters, among them an upper- and a lower-case letter, a digit and another character.</summary>
    [Required]
    [NewPassword]
    public required string Password { get; init; }

    /// <summary>The name shown to people. Left out: what stands before the @ of the address.</summary>
    [VisibleName]
    public string? DisplayName { get; init; }
}

/// <summary>Asks for a session.</summary>
public sealed record LoginRequest
{
    /// <summary>The address of the account.</summary>
    [Required]
    [TextLength(User.EmailMaxLength, ErrorMessage = "At most 254 characters are allowed.")]
    public required string Email { get; init; }

    /// <summary>Its password.</summary>
    [Required]
    [TextLength(PasswordRulesOptions.MaxLength, ErrorMessage = "At most 128 characters are allowed.")]
    public required string Password { get; init; }
}

/// <summary>Asks for new tokens.</summary>
public sealed record RefreshRequest
{
    /// <summary>The newest refresh token of the session. It is good for one use.</summary>
    [Required]
    [TextLength(256, ErrorMessage = "At most 256 characters are allowed.")]
    public required string RefreshToken { get; init; }
}

/// <summary>Says which session to end, for a client whose access token has expired.</summary>
public sealed record LogoutRequest
{
    /// <summary>The newest refresh token of the session. Left out: the session of the access token.</summary>
    [TextLength(256, ErrorMessage = "At most 256 characters are allowed.")]
    public string? RefreshToken { get; init; }
}

/// <summary>Changes the password.</summary>
public sealed record ChangePasswordRequest
{
    /// <summary>The password until now.</summary>
    [Required]
    [TextLength(PasswordRulesOptions.MaxLength, ErrorMessage = "At most 128 characters are allowed.")]
    public required string CurrentPassword { get; init; }

    /// <summary>8 to 128 characters, among them an upper- and a lower-case letter, a digit and another character.</summary>
    [Required]
    [NewPassword]
    public required string NewPassword { get; init; }
}

/// <summary>Deletes the account.</summary>
public sealed record DeleteAccountRequest
{
    /// <summary>The password of the account.</summary>
    [Required]
    [TextLength(PasswordRulesOptions.MaxLength, ErrorMessage = "At most 128 characters are allowed.")]
    public required string Password { get; init; }
}

/// <summary>What can be changed of an account; what is left out stays as it is.</summary>
[RulesOf(typeof(ProfileRequest))]
public sealed record ProfilePatch
{
    /// <summary>The address to log in with.</summary>
    public string? Email { get; init; }

    /// <summary>The name shown to people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The password of the account; needed for another address.</summary>
    public string? CurrentPassword { get; init; }
}
