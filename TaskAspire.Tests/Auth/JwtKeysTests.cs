using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.Tests.Auth;

public sealed class JwtKeysTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("taskaspire-keys-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void All_common_forms_of_PEM_are_read()
    {
        using var rsa = RSA.Create(2048);
        // The last in one line, as a secret that a tool hands over may be.
        foreach (var privatePem in new[] { rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem().Replace('\n', ' ') })
        {
            foreach (var publicPem in new[] { rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem(), rsa.ExportSubjectPublicKeyInfoPem().Replace('\n', ' ') })
            {
                var keys = Load(Environments.Production, privatePem, publicPem);
                Assert.Equal(keys.Signing.Key.KeyId, Assert.Single(keys.Verification).KeyId);
                Assert.Equal(PrivateKeyStatus.DoesNotExist, keys.Verification[0].PrivateKeyStatus);
            }
        }
    }

    [Fact]
    public void Further_keys_are_published_and_the_signing_key_stands_first()
    {
        using var rsa = RSA.Create(2048);
        using var previous = RSA.Create(3072);
        var options = Options(rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem());
        options.PreviousPublicKeyPaths = [Write(previous.ExportSubjectPublicKeyInfoPem()), options.PublicKeyPath!];
        var keys = Load(Environments.Production, options);
        Assert.Equal(2, keys.Document.Keys.Count);
        Assert.Equal(keys.Signing.Key.KeyId, keys.Document.Keys[0].Kid);
    }

    [Fact]
    public void Production_does_not_start_without_keys_and_says_which_setting()
    {
        using var rsa = RSA.Create(2048);
        using var other = RSA.Create(2048);
        using var small = RSA.Create(1024);
        var (privatePem, publicPem) = (rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem());

        Refused(new JwtOptions(), "Jwt:PrivateKeyPath", "JWT_PRIVATE_KEY_PATH", "not set");
        Refused(new JwtOptions { PrivateKeyPath = Write(privatePem) }, "Jwt:PublicKeyPath", "JWT_PUBLIC_KEY_PATH", "not set");
        Refused(new JwtOptions { PrivateKeyPath = Path.Combine(_directory, "none.pem") }, "JWT_PRIVATE_KEY_PATH", "none.pem", "cannot be read");
        Refused(Options("garbage", publicPem), "JWT_PRIVATE_KEY_PATH", "PEM");
        Refused(Options(rsa.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)), publicPem), "unencrypted");
        Refused(Options(publicPem, publicPem), "JWT_PRIVATE_KEY_PATH", "only a public key");
        Refused(Options(small.ExportPkcs8PrivateKeyPem(), small.ExportSubjectPublicKeyInfoPem()), "1024 bits", "2048");
        Refused(Options(privatePem, other.ExportSubjectPublicKeyInfoPem()), "does not belong");
        var previous = Options(privatePem, publicPem);
        previous.PreviousPublicKeyPaths = [Write("garbage")];
        Refused(previous, "Jwt:PreviousPublicKeyPaths");
    }

    [Fact]
    public void Development_makes_a_pair_once_even_when_several_start_at_once()
    {
        var options = new JwtOptions { PrivateKeyPath = Path.Combine(_directory, "none.pem"), DevelopmentKeyDirectory = Path.Combine(_directory, "sub", "keys") };
        var ids = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => ids.Add(Load(Environments.Development, options).Signing.Key.KeyId));
        Assert.Single(ids.Distinct());
        Assert.Equal(ids.First(), Load(Environments.Development, options).Signing.Key.KeyId);
        var file = Assert.Single(Directory.GetFiles(options.DevelopmentKeyDirectory));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void Development_uses_a_pair_that_is_there()
    {
        using var rsa = RSA.Create(2048);
        var (privatePem, publicPem) = (rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(Load(Environments.Production, privatePem, publicPem).Signing.Key.KeyId, Load(Environments.Development, privatePem, publicPem).Signing.Key.KeyId);
    }

    private static JwtKeys Load(string environment, JwtOptions options) => JwtKeys.Load(options, new Host(environment), NullLogger.Instance);

    private static void Refused(JwtOptions options, params string[] words)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Load(Environments.Production, options));
        Assert.All(words, word => Assert.Contains(word, exception.Message, StringComparison.Ordinal));
    }

    private JwtKeys Load(string environment, string privatePem, string publicPem) => Load(environment, Options(privatePem, publicPem));

    private JwtOptions Options(string privatePem, string publicPem) => new() { PrivateKeyPath = Write(privatePem), PublicKeyPath = Write(publicPem) };

    private string Write(string pem)
    {
        var path = Path.Combine(_directory, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(path, pem);
        return path;
    }

    private sealed class Host(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "test";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
