using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.ApiService.Auth;

/// <summary>How access tokens are checked, and what is answered when one does not pass.</summary>
internal static class BearerTokens
{
    internal static void Configure(JwtBearerOptions bearer, JwtKeys keys, IOptions<JwtOptions> options, VerifiedTokens verified, TimeProvider clock)
    {
        bearer.MapInboundClaims = false;
        bearer.IncludeErrorDetails = false;
        bearer.TimeProvider = clock;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            // The one algorithm: neither "none" nor an HMAC keyed with the public key.
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [AccessTokens.Type],
            IssuerSigningKeys = keys.Verification,
            TryAllIssuerSigningKeys = false,
            ValidIssuer = options.Value.Issuer,
            ValidAudience = options.Value.Audience,
            LifetimeValidator = (notBefore, expires, _, _) => IsCurrent(notBefore, expires, clock.GetUtcNow().UtcDateTime, options.Value.ClockSkew),
            NameClaimType = AuthClaims.Subject,
        };
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = context => BearerCredential.TryRead(context.Request, out var token)
                && verified.Find(token) is { } known && IsCurrent(known.NotBefore, known.Expires, clock.GetUtcNow().UtcDateTime, options.Value.ClockSkew)
                    ? AcceptAsync(context, known.Principal)
                    : Task.CompletedTask,
            OnTokenValidated = async context =>
            {
                if (context.Principal?.FindUserId() is not { } userId || context.Principal.FindSessionId() is not { } sessionId)
                {
                    context.Fail("The token names no user or no session.");
                    return;
                }

                var principal = new SessionPrincipal((ClaimsIdentity)context.Principal.Identity!, new SessionKey(userId, sessionId));
                if (BearerCredential.TryRead(context.Request, out var token))
                {
                    verified.Add(token, new VerifiedToken(principal, context.SecurityToken.ValidFrom, context.SecurityToken.ValidTo), clock.GetUtcNow().UtcDateTime);
                }

                await AcceptAsync(context, principal);
            },
            OnChallenge = ChallengeAsync,
        };
    }

    /// <summary>The library's own check knows no clock but the system's.</summary>
    private static bool IsCurrent(DateTime? notBefore, DateTime? expires, DateTime now, TimeSpan skew) =>
        expires > now - skew && (notBefore is null || notBefore <= now + skew);

    /// <summary>The token is good; whether it is let in is up to its session.</summary>
    private static async Task AcceptAsync(ResultContext<JwtBearerOptions> context, SessionPrincipal principal)
    {
        var check = context.HttpContext.RequestServices.GetRequiredService<SessionCheck>();
        if (await check.IsActiveAsync(context.HttpContext, principal))
        {
            context.Principal = principal;
            context.Success();
        }
        else
        {
            context.HttpContext.Features.Set(new EndedSession());
            context.Fail("The session has ended.");
        }
    }

    private static Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        // RFC 6750 §3.1: who showed nothing is not told of an error. What was wrong with the token is for the log alone.
        var failed = context.AuthenticateFailure is not null;
        context.Response.Headers.WWWAuthenticate = failed ? "Bearer error=\"invalid_token\"" : "Bearer";
        var detail = failed
            ? "The access token is not valid, has expired, or its session has ended. Refresh it or log in again."
            : "Log in, and send the access token as 'Authorization: Bearer <token>'.";
        return Problems.Unauthorized(ProblemTypes.Unauthorized, detail).ExecuteAsync(context.HttpContext);
    }
}

/// <summary>Marks a request whose access token is good but for its session having ended.</summary>
internal sealed class EndedSession;
