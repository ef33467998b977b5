using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Idempotency;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>Accounts, and the way from a password to tokens.</summary>
internal static class AuthEndpoints
{
    private const string BasePath = "/api/v1/auth";

    /// <summary>Maps <c>/api/v1/auth</c> and <c>/.well-known/jwks.json</c>. Call it on routes without a path of their own.</summary>
    public static IEndpointRouteBuilder MapAuth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/.well-known/jwks.json", GetKeys).AllowAnonymous()
            .WithName("getJsonWebKeySet").WithTags("Auth").WithSummary("The public keys that verify access tokens (RFC 7517)")
            .WithDescription("The key that signs first, then those that are still or soon good. Read it again when a token names a kid that is not in it.");

        var auth = app.MapGroup(BasePath).WithTags("Auth").RequireAuthorization(AuthPolicies.Session).NeverStored();
        auth.MapPost("/register", RegisterAsync).AllowAnonymous()
            .RequireAuthRateLimit<RegisterRequest>((r, _) => User.NormalizeEmail(r.Email), alsoPerAddress: true)
            .WithName("register").WithSummary("Make an account")
            .WithDescription("Then log in. Upper and lower case of the address are the same.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);
        auth.MapPost("/login", LogInAsync).AllowAnonymous()
            .RequireAuthRateLimit<LoginRequest>((r, _) => User.NormalizeEmail(r.Email), alsoPerAddress: true)
            .WithName("logIn").WithSummary("Begin a session")
            .WithDescription("The answer is the same, and takes as long, for a wrong password and for an address without account.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
        auth.MapPost("/refresh", RefreshAsync).AllowAnonymous()
            .RequireAuthRateLimit<RefreshRequest>((r, _) => RefreshToken.Parse(r.RefreshToken)?.SessionId.ToString() ?? "")
            .WithName("refresh").WithSummary("Exchange a refresh token for new tokens")
            .WithDescription(
                "A refresh token is good for one use. Showing one that was used before ends its session, with all its tokens; "
                + "only in the seconds after its use it is a conflict (409), for two requests of one client that met.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
        auth.MapPost("/logout", LogOutAsync).AllowAnonymous()
            .WithName("logOut").WithSummary("End this session")
            .WithDescription(
                "Ends the session of the access token, or that of the refresh token in the body. Its tokens are refused from now on. "
                + "Ending a session that has ended is no error.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
        AccountEndpoints.Map(auth);
        SessionEndpoints.Map(auth.MapGroup("/sessions"));
        return app;
    }

    internal static Ok<JsonWebKeySetResponse> GetKeys(JwtKeys keys, HttpContext context)
    {
        // Short enough for a verifier to learn of a new key in time, long enough to spare us one request per token.
        context.Response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Ok(keys.Document);
    }

    internal static async Task<Results<Created<UserResponse>, ProblemHttpResult>> RegisterAsync(
        RegisterRequest request, TaskDbContext database, Passwords passwords, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var email = request.Email.Trim();
        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            NormalizedEmail = User.NormalizeEmail(email),
            DisplayName = request.DisplayName?.Trim() ?? email[..email.IndexOf('@', StringComparison.Ordinal)],
            PasswordHash = await passwords.HashAsync(request.Password, cancellationToken),
            CreatedAt = now,
            UpdatedAt = now,
        };
        database.Users.Add(user);
        if (!await database.TrySaveAsync([ConstraintNames.UserId, ConstraintNames.UserEmail], cancellationToken)
            // The statement is sent again when the connection breaks, and the first time may have done it.
            && !await database.Users.AnyAsync(u => u.Id == user.Id, cancellationToken))
        {
            return Problems.Conflict("email", "There is an account with this address. Log in, or use another address.");
        }

        context.Features.Set(new IdempotencyOwner(user.Id));
        return TypedResults.Created($"{BasePath}/me", UserResponse.From(user));
    }

    internal static async Task<Results<Ok<TokenResponse>, ProblemHttpResult>> LogInAsync(
        LoginRequest request,
        TaskDbContext database,
        Passwords passwords,
        Sessions sessions,
        AccessTokens tokens,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        var email = User.NormalizeEmail(request.Email);
        while (true)
        {
            var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedEmail == email, cancellationToken);
            var result = await passwords.VerifyAsync(user, request.Password, cancellationToken);
            if (user is null || result == PasswordVerificationResult.Failed)
            {
                // One answer for a wrong address and a wrong password, so that it does not tell which addresses have an account.
                return Unauthorized(context, ProblemTypes.InvalidCredentials, "There is no account with this address and password.");
            }

            if (result == PasswordVerificationResult.SuccessRehashNeeded)
            {
                var (old, hash) = (user.PasswordHash, await passwords.HashAsync(request.Password, cancellationToken));
                await database.Users.Where(u => u.Id == user.Id && u.PasswordHash == old)
                    .ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash), cancellationToken);
                user.PasswordHash = hash;
            }

            if (await sessions.StartAsync(user, context, cancellationToken) is { } session)
            {
                return Tokens(session, tokens, context);
            }

            // While it was checked the password was changed, or the account deleted.
        }
    }

    internal static async Task<Results<Ok<TokenResponse>, ProblemHttpResult>> RefreshAsync(
        RefreshRequest request, Sessions sessions, AccessTokens tokens, HttpContext context, CancellationToken cancellationToken)
    {
        if (RefreshToken.Parse(request.RefreshToken) is { } presented)
        {
            var outcome = await sessions.RefreshAsync(presented, cancellationToken);
            if (outcome.Session is { } session)
            {
                return Tokens(session, tokens, context);
            }

            if (outcome.JustExchanged)
            {
                return Problems.Conflict("refreshToken", "Another request exchanged this token a moment ago; go on with the tokens that it got.");
            }
        }

        return Unauthorized(
            context, ProblemTypes.InvalidRefreshToken, "The refresh token is not valid, was used before, or its session has ended. Log in again.");
    }

    internal static async Task<Results<NoContent, ChallengeHttpResult>> LogOutAsync(
        LogoutRequest? request, Sessions sessions, HttpContext context, CancellationToken cancellationToken)
    {
        if (request?.RefreshToken is { } text)
        {
            // A token that is not known needs no ending (RFC 7009 §2.2).
            if (RefreshToken.Parse(text) is { } token)
            {
                await sessions.LogOutAsync(token, cancellationToken);
            }

            return TypedResults.NoContent();
        }

        if (context.User.FindSessionId() is { } id)
        {
            await sessions.LogOutAsync(id, cancellationToken);
            return TypedResults.NoContent();
        }

        return context.Features.Get<EndedSession>() is null ? TypedResults.Challenge() : TypedResults.NoContent();
    }

    private static Ok<TokenResponse> Tokens(OpenSession session, AccessTokens tokens, HttpContext context)
    {
        context.Features.Set(new IdempotencyOwner(session.UserId));
        return TypedResults.Ok(new TokenResponse(
            tokens.Issue(session.UserId, session.Id), "Bearer", (int)tokens.Lifetime.TotalSeconds, session.RefreshToken, session.ExpiresAt));
    }

    private static ProblemHttpResult Unauthorized(HttpContext context, string type, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Unauthorized(type, detail);
    }
}
