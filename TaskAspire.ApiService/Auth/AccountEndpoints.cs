using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// A person's own account. Whatever is worth stealing a session for asks for the password again, and the tries are limited like log-ins, so
/// that whoever finds an open browser cannot guess it.
/// </summary>
internal static class AccountEndpoints
{
    private const string WrongPassword = "This is not the password of the account.";

    internal static void Map(RouteGroupBuilder auth)
    {
        var account = auth.MapGroup("").ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        account.MapGet("/me", GetAsync).WithName("getMe").WithSummary("The caller's account")
            .WithDescription("Only for a person who logged in, like all that is about the account itself.");
        account.MapPatch("/me", PatchAsync)
            .RequireAuthRateLimit<JsonObject>((patch, context) => patch.ContainsKey("email") || patch.ContainsKey("currentPassword") ? Caller(context) : null)
            .WithName("patchMe").WithSummary("Change the caller's account")
            .WithDescription("JSON merge patch (RFC 7396): a field that is not sent is not touched. Another address needs the currentPassword, too.")
            .Accepts<ProfilePatch>(BodyKinds.MergePatch, BodyKinds.Json)
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);
        account.MapDelete("/me", DeleteAsync)
            .RequireAuthRateLimit<DeleteAccountRequest>((_, context) => Caller(context))
            .WithName("deleteMe").WithSummary("Delete the caller's account")
            .WithDescription("With everything in it: tasks, webhooks, API keys, sessions. There is no way back; tokens and keys are refused from now on, and the address "
                + "is free. What a large account holds (more than some ten thousand tasks or deliveries) is reached by nobody any more, and removed within "
                + "the hour; lists that are cached expire within five minutes.")
            .ProducesValidationProblem();
        account.MapPost("/password", ChangePasswordAsync)
            .RequireAuthRateLimit<ChangePasswordRequest>((_, context) => Caller(context))
            .WithName("changePassword").WithSummary("Change the password")
            .WithDescription("Ends all of the caller's other sessions. API keys stay; they are deleted one by one.")
            .ProducesValidationProblem();
    }

    private static async Task<Results<Ok<UserResponse>, ChallengeHttpResult>> GetAsync(
        HttpContext context, TaskDbContext database, CancellationToken cancellationToken) =>
        await FindAsync(context, database, cancellationToken) is { } user ? TypedResults.Ok(UserResponse.From(user)) : TypedResults.Challenge();

    private static async Task<Results<Ok<UserResponse>, ProblemHttpResult, ChallengeHttpResult>> PatchAsync(
        [FromBody] JsonObject patch, HttpContext context, TaskDbContext database, Accounts accounts, Passwords passwords, RequestValidation validation,
        CancellationToken cancellationToken)
    {
        if (await FindAsync(context, database, cancellationToken) is not { } user)
        {
            return TypedResults.Challenge();
        }

        var profile = MergePatch.Apply(new ProfileRequest { Email = user.Email, DisplayName = user.DisplayName }, patch);
        if (await validation.CheckAsync(profile, cancellationToken) is { } errors)
        {
            return Problems.Validation(errors);
        }

        if (profile.Email.Trim() != user.Email)
        {
            if (profile.CurrentPassword is null)
            {
                return Problems.Validation("currentPassword", "To change the address, send the password of the account too.");
            }

            if (await passwords.VerifyAsync(user, profile.CurrentPassword, cancellationToken) == PasswordVerificationResult.Failed)
            {
                return Problems.Validation("currentPassword", WrongPassword);
            }
        }

        try
        {
            return await accounts.UpdateAsync(user, profile, cancellationToken) && await FindAsync(context, database, cancellationToken) is { } changed
                ? TypedResults.Ok(UserResponse.From(changed))
                : TypedResults.Challenge();
        }
        catch (EmailTakenException)
        {
            return Problems.Conflict("email", "There is another account with this address.");
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult, ChallengeHttpResult>> ChangePasswordAsync(
        ChangePasswordRequest request, HttpContext context, TaskDbContext database, Accounts accounts, Passwords passwords, CancellationToken cancellationToken)
    {
        if (await FindAsync(context, database, cancellationToken) is not { } user)
        {
            return TypedResults.Challenge();
        }

        if (await passwords.VerifyAsync(user, request.CurrentPassword, cancellationToken) == PasswordVerificationResult.Failed)
        {
            return Problems.Validation("currentPassword", WrongPassword);
        }

        var hash = await passwords.HashAsync(request.NewPassword, cancellationToken);
        return await accounts.ChangePasswordAsync(user, hash, context.User.SessionId(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Validation("currentPassword", WrongPassword);
    }

    private static async Task<Results<NoContent, ProblemHttpResult, ChallengeHttpResult>> DeleteAsync(
        [FromBody] DeleteAccountRequest request, HttpContext context, TaskDbContext database, Accounts accounts, Passwords passwords,
        CancellationToken cancellationToken)
    {
        if (await FindAsync(context, database, cancellationToken) is not { } user)
        {
            return TypedResults.Challenge();
        }

        if (await passwords.VerifyAsync(user, request.Password, cancellationToken) == PasswordVerificationResult.Failed)
        {
            return Problems.Validation("password", WrongPassword);
        }

        await accounts.DeleteAsync(user.Id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static string Caller(HttpContext context) => context.User.UserId().ToString();

    private static Task<User?> FindAsync(HttpContext context, TaskDbContext database, CancellationToken cancellationToken)
    {
        var id = context.User.UserId();
        return database.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
    }
}
