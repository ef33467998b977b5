using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Auth;

/// <summary>Access tokens and the keys that sign them. Section <c>Jwt</c>.</summary>
internal sealed class JwtOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Jwt";

    /// <summary>The claim <c>iss</c>.</summary>
    /// <value>Default: <c>https://taskaspire.dev</c>.</value>
    [Required]
    public string Issuer { get; set; } = "https://taskaspire.dev";

    /// <summary>The claim <c>aud</c>.</summary>
    /// <value>Default: <c>taskaspire-api</c>.</value>
    [Required]
    public string Audience { get; set; } = "taskaspire-api";

    /// <summary>How long an access token is good.</summary>
    /// <value>Default: 15 minutes. One minute to one hour.</value>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>By how much the clocks of two instances may differ.</summary>
    /// <value>Default: 10 seconds. None to one minute.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>PEM file of the RSA private key that signs (PKCS#8 or PKCS#1, 2048 bits or more). Also <c>JWT_PRIVATE_KEY_PATH</c>.</summary>
    /// <value>Required, except in Development.</value>
    public string? PrivateKeyPath { get; set; }

    /// <summary>PEM file of the public key that belongs to it (SPKI or PKCS#1). Also <c>JWT_PUBLIC_KEY_PATH</c>.</summary>
    /// <value>Required, except in Development.</value>
    public string? PublicKeyPath { get; set; }

    /// <summary>
    /// PEM files of further public keys whose tokens are accepted and which are published: the key before the present one, for
    /// as long as its last tokens live, and the one after it, for verifiers to learn it in time.
    /// </summary>
    /// <value>Default: none.</value>
    public IList<string> PreviousPublicKeyPaths { get; set; } = [];

    /// <summary>Where Development keeps the key pair it made itself, when the two paths lead to no files.</summary>
    /// <value>Default: <c>.taskaspire/keys</c> beside the folder of the service.</value>
    public string? DevelopmentKeyDirectory { get; set; }
}
