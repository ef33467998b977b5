using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace TaskAspire.Data.Webhooks;

/// <summary>
/// Makes signing secrets and keeps them (and endpoints' API keys and headers) encrypted at rest, with ASP.NET Core Data Protection and a
/// key ring that all instances of both services share.
/// </summary>
public sealed class WebhookSecrets(IDataProtectionProvider provider)
{
    /// <summary>What a secret begins with (Standard Webhooks, "Signature scheme").</summary>
    public const string Prefix = "whsec_";

    private const int KeyBytes = 32;

    private readonly IDataProtector _protector = provider.CreateProtector("TaskAspire.Webhooks.Secrets");

    /// <summary>A new secret: <c>whsec_</c> and base64 of 32 random bytes.</summary>
    public static string Generate() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The key that signs: the decoded bytes of a <c>whsec_</c> secret, the UTF-8 bytes of any other.</summary>
    /// <exception cref="FormatException">What follows <c>whsec_</c> is not base64.</exception>
    public static byte[] SigningKey(string secret) => secret.StartsWith(Prefix, StringComparison.Ordinal)
        ? Convert.FromBase64String(secret[Prefix.Length..])
        : Encoding.UTF8.GetBytes(secret);

    /// <summary>The form that is stored.</summary>
    public string Protect(string secret) => _protector.Protect(secret);

    /// <summary>The secret that was stored.</summary>
    /// <exception cref="CryptographicException">The key ring has no key for it.</exception>
    public string Unprotect(string stored) => _protector.Unprotect(stored);
}
