using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.Tests.Auth;

public sealed class AccessTokenTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Me = "/api/v1/auth/me";

    private readonly ApiInstance _api = fixture.Api;

    [Fact]
    public async Task The_published_key_verifies_a_token()
    {
        var (access, _) = await _api.LogInAsync(await _api.RegisterAsync());
        var (_, set) = await _api.GetAsync("/.well-known/jwks.json");
        var key = set.GetProperty("keys")[0];
        var parts = access.Split('.');
        var header = Decode(parts[0]);
        Assert.Equal("RS256", (string?)header["alg"]);
        Assert.Equal("at+jwt", (string?)header["typ"]);
        Assert.Equal(key.GetProperty("kid").GetString(), (string?)header["kid"]);
        var (n, e) = (key.GetProperty("n").GetString()!, key.GetProperty("e").GetString()!);
        var thumbprint = SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}"""));
        Assert.Equal(Base64UrlEncoder.Encode(thumbprint), (string?)header["kid"]);
        using var rsa = RSA.Create(new RSAParameters { Modulus = Base64UrlEncoder.DecodeBytes(n), Exponent = Base64UrlEncoder.DecodeBytes(e) });
        Assert.True(rsa.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64UrlEncoder.DecodeBytes(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.False(key.TryGetProperty("d", out _));

        var claims = Decode(parts[1]);
        Assert.Equal(["aud", "exp", "iat", "iss", "jti", "nbf", "sid", "sub"], claims.Select(c => c.Key).Order());
        Assert.Equal(900, (long)claims["exp"]! - (long)claims["iat"]!);
    }

    [Fact]
    public async Task A_token_is_good_until_it_expires()
    {
        await using var api = fixture.Start();
        var (access, _) = await api.LogInAsync(await api.RegisterAsync());
        api.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(200, (await api.GetAsync(Me, access)).Status);
        api.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(401, (await api.GetAsync(Me, access)).Status);
    }

    [Fact]
    public async Task A_token_that_is_not_exactly_ours_is_refused()
    {
        var (good, _) = await _api.LogInAsync(await _api.RegisterAsync());
        Assert.Equal(200, (await _api.GetAsync(Me, good)).Status);
        var keys = _api.Services.GetRequiredService<JwtKeys>();
        var parts = good.Split('.');
        using var stranger = RSA.Create(2048);
        using var own = RSA.Create(((RsaSecurityKey)keys.Signing.Key).Parameters);
        var publicKey = own.ExportSubjectPublicKeyInfoPem();
        var strange = stranger.ExportParameters(false);
        var embedded = new JsonObject { ["kty"] = "RSA", ["n"] = Base64UrlEncoder.Encode(strange.Modulus), ["e"] = Base64UrlEncoder.Encode(strange.Exponent) };
        var forged = new Dictionary<string, string>
        {
            ["a key that the token brings along"] = Sign(stranger, Edit(parts[0], "jwk", embedded), parts[1]),
            ["a key that the token brings along, and no kid"] = Sign(stranger, Edit(Edit(parts[0], "jwk", embedded), "kid", null), parts[1]),
            ["keys from an address that the token names"] = Sign(stranger, Edit(parts[0], "jku", "http://127.0.0.1:9/jwks.json"), parts[1]),
            ["a certificate from an address that the token names"] = Sign(stranger, Edit(parts[0], "x5u", "http://127.0.0.1:9/cert"), parts[1]),
            ["a kid that is a path to an empty file"] = Hmac(Edit(Edit(parts[0], "alg", "HS256"), "kid", "../../../../dev/null"), parts[1], [0]),
            ["a kid that is SQL"] = Sign(stranger, Edit(parts[0], "kid", "x' UNION SELECT 'key'--"), parts[1]),
            ["expired long ago"] = Sign(own, parts[0], Edit(parts[1], "exp", 1)),
            ["not yet good"] = Sign(own, parts[0], Edit(parts[1], "nbf", 4102444800)),
            ["an expiry beyond all time"] = Sign(own, parts[0], Edit(parts[1], "exp", 1e300)),
            ["two subjects"] = Sign(own, parts[0], Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1])[..^1] + $",\"sub\":\"{Guid.NewGuid()}\"}}")),
            ["a subject that is no id"] = Sign(own, parts[0], Edit(parts[1], "sub", "' OR 1=1--")),
            ["encrypted, in five parts"] = $"{parts[0]}.{parts[1]}.{parts[2]}.{parts[1]}.{parts[2]}",
            ["nested too deep"] = Join(parts[0], Base64UrlEncoder.Encode(new string('[', 5000)), parts[2]),
            ["twenty thousand characters"] = new string('a', 20_000) + "." + parts[1] + "." + parts[2],
            ["none"] = Join(Edit(parts[0], "alg", "none"), parts[1], ""),
            ["none, with the signature"] = Join(Edit(parts[0], "alg", "None"), parts[1], parts[2]),
            ["HS256 keyed with the public key"] = Hmac(Edit(parts[0], "alg", "HS256"), parts[1], Encoding.UTF8.GetBytes(publicKey)),
            ["HS256 keyed with the modulus"] = Hmac(Edit(parts[0], "alg", "HS256"), parts[1], own.ExportParameters(false).Modulus!),
            ["another key under our kid"] = Sign(stranger, parts[0], parts[1]),
            ["a kid that is not ours"] = Sign(stranger, Edit(parts[0], "kid", "other"), parts[1]),
            ["another type"] = Sign(own, Edit(parts[0], "typ", "JWT"), parts[1]),
            ["another audience"] = Sign(own, parts[0], Edit(parts[1], "aud", "another-api")),
            ["another issuer"] = Sign(own, parts[0], Edit(parts[1], "iss", "https://elsewhere.example")),
            ["no expiry"] = Sign(own, parts[0], Edit(parts[1], "exp", null)),
            ["no session"] = Sign(own, parts[0], Edit(parts[1], "sid", null)),
            ["a session that never was"] = Sign(own, parts[0], Edit(parts[1], "sid", Guid.NewGuid().ToString())),
            ["another user's session"] = Sign(own, parts[0], Edit(parts[1], "sub", Guid.NewGuid().ToString())),
            ["RS512"] = Sign(own, Edit(parts[0], "alg", "RS512"), parts[1], HashAlgorithmName.SHA512),
            ["edited claims"] = Join(parts[0], Edit(parts[1], "sub", Guid.NewGuid().ToString()), parts[2]),
            ["a cut signature"] = good[..^8],
            ["garbage"] = "garbage",
            ["dots"] = "..",
        };
        Assert.Equal(200, (await _api.GetAsync(Me, Sign(own, parts[0], parts[1]))).Status);
        foreach (var (name, token) in forged)
        {
            var (status, problem, response) = await _api.SendAsync(HttpMethod.Get, Me, null, token);
            Assert.True(status == 401, $"{name}: {status}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.EndsWith(":unauthorized", problem.GetProperty("type").GetString());
            Assert.Equal("Bearer error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task Without_a_token_there_is_a_challenge_and_no_error()
    {
        var (status, problem, response) = await _api.SendAsync(HttpMethod.Get, Me);
        Assert.Equal(401, status);
        Assert.EndsWith(":unauthorized", problem.GetProperty("type").GetString());
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_deleted_users_token_is_refused()
    {
        var email = await _api.RegisterAsync();
        var (access, _) = await _api.LogInAsync(email);
        Assert.Equal(200, (await _api.GetAsync(Me, access)).Status);
        await _api.QueryAsync(db => db.Users.Where(u => u.Email == email).ExecuteDeleteAsync());
        Assert.Equal(401, (await _api.GetAsync(Me, access)).Status);
        Assert.Equal(401, (await _api.GetAsync("/api/v1/auth/sessions", access)).Status);
    }

    private static JsonObject Decode(string part) => JsonNode.Parse(Base64UrlEncoder.Decode(part))!.AsObject();

    private static string Edit(string part, string member, JsonNode? value)
    {
        var json = Decode(part);
        json.Remove(member);
        if (value is not null)
        {
            json[member] = value.DeepClone();
        }

        return Base64UrlEncoder.Encode(json.ToJsonString());
    }

    private static string Join(params string[] parts) => string.Join('.', parts);

    private static string Hmac(string header, string claims, byte[] key) =>
        Join(header, claims, Base64UrlEncoder.Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{header}.{claims}"))));

    private static string Sign(RSA rsa, string header, string claims, HashAlgorithmName? hash = null) => Join(
        header,
        claims,
        Base64UrlEncoder.Encode(rsa.SignData(Encoding.ASCII.GetBytes($"{header}.{claims}"), hash ?? HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
}
