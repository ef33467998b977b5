using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.ApiKeys;

/// <summary>A person's API keys. No key can make or end one, so that one which leaked cannot outlive its deletion.</summary>
internal static class ApiKeyEndpoints
{
    /// <summary>Keeps the list, which is answered whole, within bounds, and with it what one person can ask for in a minute.</summary>
    private const int MaxPerUser = 50;

    private const string Path = "/api-keys";

    public static RouteGroupBuilder MapApiKeys(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup(Path).WithTags("API keys").RequireAuthorization(AuthPolicies.Session).NeverStored()
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status429TooManyRequests);
        keys.MapGet("", ListAsync).WithName("listApiKeys").WithSummary("List API keys").WithDescription("All of them, oldest first, expired ones included.");
        keys.MapPost("", CreateAsync).WithName("createApiKey").WithSummary("Create an API key")
            .WithDescription($"The answer holds the key; it is not shown again. Send it as X-API-Key, or as Authorization: Bearer. There can be {MaxPerUser} of them, expired ones included.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);

        var one = keys.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("", GetAsync).WithName("getApiKey").WithSummary("Get an API key").WithDescription("All about it but the key itself.");
        one.MapDelete("", DeleteAsync).WithName("deleteApiKey").WithSummary("Delete an API key").WithDescription("It is refused from now on.");
        return api;
    }

    private static async Task<Ok<ApiKeyListResponse>> ListAsync(ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var keys = await database.ApiKeys.AsNoTracking().Where(k => k.UserId == userId).OrderBy(k => k.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new ApiKeyListResponse(keys.ConvertAll(k => new ApiKeyResponse(k))));
    }

    private static async Task<Results<Ok<ApiKeyResponse>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var key = await database.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Id == id && k.UserId == userId, cancellationToken);
        return key is null ? Problems.NotFound("API key") : TypedResults.Ok(new ApiKeyResponse(key));
    }

    private static async Task<Results<Created<ApiKeyCreatedResponse>, ProblemHttpResult>> CreateAsync(
        ApiKeyRequest request, ClaimsPrincipal user, TaskDbContext database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var text = ApiKeyText.Create();
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            UserId = user.UserId(),
            Name = request.Name.Trim(),
            Prefix = ApiKeyText.ShownPart(text),
            KeyHash = ApiKeyText.Hash(text),
            Scopes = [.. request.Scopes.Distinct()],
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt,
        };
        return await TryAddAsync(database, key, cancellationToken)
            ? TypedResults.Created($"/api/v1{Path}/{key.Id}", new ApiKeyCreatedResponse(key, text))
            : Problems.Conflict("name", $"There are {MaxPerUser} API keys already, which is as many as there can be; delete one first.");
    }

    private static Task<bool> TryAddAsync(TaskDbContext database, ApiKey key, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async token =>
        {
            // One at a time for each user, so that many at once cannot pass the limit together.
            await database.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {key.UserId} FOR NO KEY UPDATE", token);
            if (await database.ApiKeys.AnyAsync(k => k.Id == key.Id, token))
            {
                // The run before was committed after all. A second key would be one that nobody knows of.
                return true;
            }

            if (await database.ApiKeys.CountAsync(k => k.UserId == key.UserId, token) >= MaxPerUser)
            {
                return false;
            }

            database.ApiKeys.Add(key);
            await database.SaveChangesAsync(token);
            return true;
        }, cancellationToken);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var deleted = await database.ApiKeys.Where(k => k.Id == id && k.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        return deleted == 0 ? Problems.NotFound("API key") : TypedResults.NoContent();
    }
}
