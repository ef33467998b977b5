using System.ComponentModel.DataAnnotations;
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
    [StringLength(User.DisplayNameMaxLength, MinimumLength = 1, ErrorMessage = "1 to 100 characters are allowed.")]
    [RegularExpression(@"[^\p{C}]*[^\p{C}\s][^\p{C}]*", ErrorMessage = "A name with at least one visible character, and no control characters, is expected.")]
    public string? DisplayName { get; init; }
}

/// <summary>Asks for a session.</summary>
public sealed record LoginRequest
{
    /// <summary>The address of the account.</summary>
    [Required]
    [StringLength(User.EmailMaxLength, ErrorMessage = "At most 254 characters are allowed.")]
    public required string Email { get; init; }

    /// <summary>Its password.</summary>
    [Required]
    [StringLength(PasswordRulesOptions.MaxLength, ErrorMessage = "At most 128 characters are allowed.")]
    public required string Password { get; init; }
}

/// <summary>Asks for new tokens.</summary>
public sealed record RefreshRequest
{
    /// <summary>The newest refresh token of the session. It is good for one use.</summary>
    [Required]
    [StringLength(256, ErrorMessage = "At most 256 characters are allowed.")]
    public required string RefreshToken { get; init; }
}

/// <summary>Says which session to end, for a client whose access token has expired.</summary>
public sealed record LogoutRequest
{
    /// <summary>The newest refresh token of the session. Left out: the session of the access token.</summary>
    [StringLength(256, ErrorMessage = "At most 256 characters are allowed.")]
    public string? RefreshToken { get; init; }
}
