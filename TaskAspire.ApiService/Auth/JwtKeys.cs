using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace TaskAspire.ApiService.Auth;

/// <summary>The key that signs access tokens and those that verify them.</summary>
internal sealed class JwtKeys
{
    private JwtKeys(RsaSecurityKey signing, IReadOnlyList<RsaSecurityKey> verification)
    {
        Signing = new SigningCredentials(signing, SecurityAlgorithms.RsaSha256);
        Verification = verification;
        Document = new JsonWebKeySetResponse([.. verification.Select(Describe)]);
    }

    public SigningCredentials Signing { get; }

    /// <summary>Public halves only, the signing key's first.</summary>
    public IReadOnlyList<RsaSecurityKey> Verification { get; }

    /// <summary>What <c>/.well-known/jwks.json</c> answers.</summary>
    public JsonWebKeySetResponse Document { get; }

    /// <summary>Reads the keys that are configured; in Development those that were made here.</summary>
    /// <exception cref="OptionsValidationException">A key is missing, unreadable, too short, or not the other's half; says which setting.</exception>
    public static JwtKeys Load(JwtOptions options, IHostEnvironment environment, ILogger logger)
    {
        var (privateKey, publicKey) = ReadPair(options, environment, logger);
        var previous = options.PreviousPublicKeyPaths.Select(path => JwtKeyFile.ReadPublic(path, nameof(JwtOptions.PreviousPublicKeyPaths), null));
        var verification = previous.Prepend(publicKey).Select(ToKey).DistinctBy(key => key.KeyId).ToList();
        return new JwtKeys(ToKey(privateKey), verification);
    }

    private static (RSAParameters Private, RSAParameters Public) ReadPair(JwtOptions options, IHostEnvironment environment, ILogger logger)
    {
        if (environment.IsDevelopment() && (!File.Exists(options.PrivateKeyPath) || !File.Exists(options.PublicKeyPath)))
        {
            var directory = options.DevelopmentKeyDirectory ?? Path.Combine(environment.ContentRootPath, "..", ".taskaspire", "keys");
            var path = DevelopmentKey.Ensure(Path.GetFullPath(directory));
            if (options.PrivateKeyPath is not null || options.PublicKeyPath is not null)
            {
                logger.LogWarning(
                    "There is no key pair at {PrivateKeyPath} and {PublicKeyPath}; a development key is used", options.PrivateKeyPath, options.PublicKeyPath);
            }

            logger.LogInformation("Access tokens are signed with the development key {File}", path);
            var developmentKey = JwtKeyFile.ReadPrivate(path, nameof(JwtOptions.DevelopmentKeyDirectory), null);
            return (developmentKey, PublicHalf(developmentKey));
        }

        // Both, so that all that is wrong is told at once.
        var failures = new List<string>();
        var privateKey = Read(() => JwtKeyFile.ReadPrivate(options.PrivateKeyPath, nameof(JwtOptions.PrivateKeyPath), "JWT_PRIVATE_KEY_PATH"), failures);
        var publicKey = Read(() => JwtKeyFile.ReadPublic(options.PublicKeyPath, nameof(JwtOptions.PublicKeyPath), "JWT_PUBLIC_KEY_PATH"), failures);
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(JwtOptions.Section, typeof(JwtOptions), failures);
        }

        if (!privateKey.Modulus.AsSpan().SequenceEqual(publicKey.Modulus) || !privateKey.Exponent.AsSpan().SequenceEqual(publicKey.Exponent))
        {
            throw JwtKeyFile.Refuse(
                $"The public key {options.PublicKeyPath} does not belong to the private key {options.PrivateKeyPath}. "
                + "Set JWT_PUBLIC_KEY_PATH to what 'openssl pkey -in <private key> -pubout' writes.");
        }

        return (privateKey, publicKey);
    }

    private static RSAParameters Read(Func<RSAParameters> read, List<string> failures)
    {
        try
        {
            return read();
        }
        catch (OptionsValidationException refused)
        {
            failures.AddRange(refused.Failures);
            return default;
        }
    }

    private static RSAParameters PublicHalf(RSAParameters key) => new() { Modulus = key.Modulus, Exponent = key.Exponent };

    private static RsaSecurityKey ToKey(RSAParameters parameters)
    {
        // The thumbprint covers the public half alone, so both halves get the same.
        var kid = Base64UrlEncoder.Encode(new RsaSecurityKey(PublicHalf(parameters)).ComputeJwkThumbprint());
        return new RsaSecurityKey(parameters) { KeyId = kid };
    }

    private static JsonWebKeyResponse Describe(RsaSecurityKey key) => new(
        "RSA", "sig", SecurityAlgorithms.RsaSha256, key.KeyId, Base64UrlEncoder.Encode(key.Parameters.Modulus!), Base64UrlEncoder.Encode(key.Parameters.Exponent!));
}
