using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.Data;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.ApiKeys;

/// <summary>
/// Knows a caller by an API key, sent as <c>X-API-Key</c> or as bearer token. Asks the database each time, by a unique index, so that a
/// key that was deleted or has expired is refused at once by every instance.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TaskDbContext database, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    internal const string SchemeName = "ApiKey";
    internal const string HeaderName = "X-API-Key";

    /// <summary>How exactly the last use is known; a busy key costs one write in that time.</summary>
    private static readonly TimeSpan LastUsePrecision = TimeSpan.FromMinutes(1);

    /// <summary>Whether a request shows an API key, good or not.</summary>
    internal static bool Reads(HttpRequest request) =>
        request.Headers.ContainsKey(HeaderName) || (BearerCredential.TryRead(request, out var token) && token.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal));

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ShowsTwoCredentials())
        {
            return AuthenticateResult.Fail("There are two credentials.");
        }

        if (FindHash() is not { } hash)
        {
            return AuthenticateResult.Fail("This is no API key.");
        }

        var now = clock.Now();
        var key = await database.ApiKeys.AsNoTracking()
            .SingleOrDefaultAsync(k => k.KeyHash == hash && (k.ExpiresAt == null || k.ExpiresAt > now), Context.RequestAborted);
        if (key is null)
        {
            return AuthenticateResult.Fail("The key is unknown, deleted or expired.");
        }

        await NoteUseAsync(key, now);
        var identity = new ClaimsIdentity(
            [
                new Claim(AuthClaims.Subject, key.UserId.ToString()),
                new Claim(AuthClaims.ApiKeyId, key.Id.ToString()),
                .. key.Scopes.Select(scope => new Claim(AuthClaims.Scope, scope)),
            ],
            Scheme.Name,
            AuthClaims.Subject,
            roleType: null);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (ShowsTwoCredentials())
        {
            // RFC 6750 §2 and §3.1.
            Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_request\"";
            await Problems.Create(
                StatusCodes.Status400BadRequest, ProblemTypes.MalformedRequest, $"Send one credential: either {HeaderName} or Authorization, once.").ExecuteAsync(Context);
            return;
        }

        var failed = (await HandleAuthenticateOnceSafeAsync()).Failure is not null;
        Response.Headers.WWWAuthenticate = failed ? "Bearer error=\"invalid_token\"" : "Bearer";
        var detail = failed ? "The API key is not valid, has expired or was deleted. Use another one." : "Log in for this; an API key does not belong to a session.";
        await Problems.Unauthorized(ProblemTypes.Unauthorized, detail).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        // RFC 6750 §3.1. What only a person may do has no scope.
        var scope = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(AuthPolicies.Scopes.Contains);
        Response.Headers.WWWAuthenticate = scope is null ? "Bearer error=\"insufficient_scope\"" : $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"";
        var detail = scope is null
            ? "No API key will do for this. Log in, and send the access token as 'Authorization: Bearer <token>'."
            : $"The API key lacks the scope {scope}. Use one that has it.";
        return Problems.Create(StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, detail).ExecuteAsync(Context);
    }

    private bool ShowsTwoCredentials() =>
        Request.Headers.TryGetValue(HeaderName, out var header) && (header.Count > 1 || BearerCredential.TryRead(Request, out _));

    private byte[]? FindHash() =>
        Request.Headers.TryGetValue(HeaderName, out var header) ? ApiKeyText.FindHash(header.ToString())
        : BearerCredential.TryRead(Request, out var token) ? ApiKeyText.FindHash(token)
        : null;

    private async Task NoteUseAsync(ApiKey key, DateTimeOffset now)
    {
        var before = now - LastUsePrecision;
        if (key.LastUsedAt is null || key.LastUsedAt <= before)
        {
            // Of many requests at once, one writes; the others find the row written.
            await database.ApiKeys.Where(k => k.Id == key.Id && (k.LastUsedAt == null || k.LastUsedAt <= before))
                .ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now), Context.RequestAborted);
        }
    }
}
