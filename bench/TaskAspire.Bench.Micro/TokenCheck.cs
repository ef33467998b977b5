using System.Security.Claims;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.Bench.Micro;

/// <summary>An access token whose signature is checked, beside one that was seen before.</summary>
[MemoryDiagnoser]
public class TokenCheck
{
    private readonly JsonWebTokenHandler _handler = new();
    private readonly VerifiedTokens _verified = new();
    private string _token = "";
    private TokenValidationParameters _parameters = new();

    [GlobalSetup]
    public void Issue()
    {
        var key = new RsaSecurityKey(RSA.Create(2048).ExportParameters(true)) { KeyId = "key" };
        var session = new SessionKey(Guid.CreateVersion7(), Guid.CreateVersion7());
        _token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = AccessTokens.Type,
            Issuer = "issuer",
            Audience = "audience",
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256),
            Subject = new ClaimsIdentity([new Claim(AuthClaims.Subject, session.UserId.ToString()), new Claim(AuthClaims.SessionId, session.Id.ToString())]),
        });
        _parameters = new TokenValidationParameters { ValidIssuer = "issuer", ValidAudience = "audience", IssuerSigningKey = key, ValidAlgorithms = [SecurityAlgorithms.RsaSha256] };
        _verified.Add(_token, new VerifiedToken(new SessionPrincipal(new ClaimsIdentity(), session), DateTime.UtcNow, DateTime.UtcNow.AddHours(1)), DateTime.UtcNow);
    }

    [Benchmark(Baseline = true)]
    public async Task<bool> Signature() => (await _handler.ValidateTokenAsync(_token, _parameters)).IsValid;

    [Benchmark]
    public object? SeenBefore() => _verified.Find(_token);
}
