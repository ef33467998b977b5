using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace TaskAspire.ApiService.Auth;

/// <summary>Reads RSA keys from PEM files, or says what is wrong with the setting that named them.</summary>
internal static class JwtKeyFile
{
    private const int MinKeyBits = 2048;

    /// <summary>A private key: PKCS#8 or PKCS#1.</summary>
    internal static RSAParameters ReadPrivate(string? path, string setting, string? variable) => Read(path, setting, variable, isPrivate: true);

    /// <summary>A public key: SPKI or PKCS#1.</summary>
    internal static RSAParameters ReadPublic(string? path, string setting, string? variable) => Read(path, setting, variable, isPrivate: false);

    internal static OptionsValidationException Refuse(string message) => new(JwtOptions.Section, typeof(JwtOptions), [message]);

    private static RSAParameters Read(string? path, string setting, string? variable, bool isPrivate)
    {
        var name = $"{JwtOptions.Section}:{setting}" + (variable is null ? "" : $" ({variable})");
        var kind = isPrivate ? "private" : "public";
        if (string.IsNullOrWhiteSpace(path))
        {
            throw Refuse($"{name} is not set. Set it to the path of a PEM file with the RSA {kind} key for access tokens.");
        }

        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refuse($"{name} names {path}, which cannot be read: {exception.Message}");
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw Refuse($"{name} names {path}, which is not an unencrypted RSA {kind} key in PEM form: {exception.Message}");
        }

        if (rsa.KeySize < MinKeyBits)
        {
            throw Refuse($"{name} names {path}, a key of {rsa.KeySize} bits. RS256 needs {MinKeyBits} or more (RFC 7518 §3.3).");
        }

        try
        {
            var parameters = rsa.ExportParameters(isPrivate);
            return isPrivate ? parameters : new RSAParameters { Modulus = parameters.Modulus, Exponent = parameters.Exponent };
        }
        catch (CryptographicException)
        {
            throw Refuse($"{name} names {path}, which has only a public key. Set it to the file with the private key.");
        }
    }
}
