using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;
using TaskAspire.Data.Webhooks.Targets;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>Brings a webhook endpoint to what a request says, and tells the dispatchers when that is theirs to act on.</summary>
internal sealed class WebhookWriter(
    TaskDbContext database, WebhookTargetGuard guard, WebhookSecrets secrets, IOptions<WebhookSigningOptions> signing, TimeProvider clock)
{
    private const string DisabledByOwner = "owner";

    /// <summary>Changes an endpoint that is locked meanwhile; the answer carries its new entity tag.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="id">The endpoint.</param>
    /// <param name="ifMatch">Entity tags of which one must be current; empty for any.</param>
    /// <param name="change">Changes it, or says why not.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<(WebhookEndpoint? Endpoint, ProblemHttpResult? Problem)> ChangeAsync(
        Guid userId, Guid id, StringValues ifMatch, Func<WebhookEndpoint, CancellationToken, Task<ProblemHttpResult?>> change, CancellationToken cancellationToken)
    {
        WebhookEndpoint? written = null;
        return database.InTransactionAsync<(WebhookEndpoint?, ProblemHttpResult?)>(async token =>
        {
            if (written is not null && await WasCommittedAsync(written, token))
            {
                return (written, null);
            }

            // Not FOR UPDATE, which would hold up everybody who writes an event for it.
            var endpoint = await database.WebhookEndpoints
                .FromSql($"SELECT * FROM webhook_endpoints WHERE id = {id} AND user_id = {userId} FOR NO KEY UPDATE").SingleOrDefaultAsync(token);
            if (endpoint is null)
            {
                return (null, Problems.NotFound("webhook"));
            }

            if (!WebhookETag.Allows(ifMatch, endpoint.Version))
            {
                return (null, Problems.PreconditionFailed());
            }

            if (await change(endpoint, token) is { } problem)
            {
                return (null, problem);
            }

            database.ChangeTracker.DetectChanges();
            if (database.Entry(endpoint).State == EntityState.Modified)
            {
                endpoint.Version++;
                endpoint.UpdatedAt = clock.Now();
                await database.SaveChangesAsync(token);
                await WakeAsync(token);
                written = endpoint;
            }

            return (endpoint, null);
        }, cancellationToken);
    }

    /// <summary>
    /// Deletes an endpoint: from here on nothing is sent to it, and nobody finds it or its deliveries, which the dispatcher removes. Its secrets are gone at once.
    /// </summary>
    /// <returns>Null, or why not.</returns>
    public async Task<ProblemHttpResult?> DeleteAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken)
    {
        var (_, problem) = await ChangeAsync(userId, id, ifMatch, (endpoint, _) =>
        {
            endpoint.Delete(clock.Now());
            return Task.FromResult<ProblemHttpResult?>(null);
        }, cancellationToken);
        return problem;
    }

    /// <summary>
    /// What is wrong with an address; null when nothing is. Not to be asked while the endpoint is locked: a name server is waited for up to a second, and so long would
    /// whoever records results wait for that endpoint, with those of everybody else's.
    /// </summary>
    public Task<string?> FindTargetProblemAsync(string? url, CancellationToken cancellationToken) => guard.FindProblemAsync(url, cancellationToken);

    /// <summary>What this server cannot do of a request; null when it can all.</summary>
    /// <param name="endpoint">What it is to be done to.</param>
    /// <param name="request">The request.</param>
    /// <param name="targetProblem">What <see cref="FindTargetProblemAsync"/> says of its address.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ProblemHttpResult?> FindProblemAsync(
        WebhookEndpoint endpoint, WebhookRequest request, string? targetProblem, CancellationToken cancellationToken)
    {
        if (request.UseSharedSecret && string.IsNullOrEmpty(signing.Value.SharedSecret))
        {
            return Problems.Validation("useSharedSecret", "This server has no shared secret (WEBHOOK_SECRET); leave it out to get a secret of the endpoint's own.");
        }

        // A category that was deleted since it was set does not stand in the way of other changes.
        var added = request.CategoryIds.Except(endpoint.CategoryIds).ToList();
        var known = added.Count == 0 ? [] : await database.Categories
            .Where(c => c.UserId == endpoint.UserId && added.Contains(c.Id)).Select(c => c.Id).ToListAsync(cancellationToken);
        for (var i = 0; i < request.CategoryIds.Count; i++)
        {
            if (added.Contains(request.CategoryIds[i]) && !known.Contains(request.CategoryIds[i]))
            {
                return Problems.Validation($"categoryIds[{i}]", "There is no category with this id.");
            }
        }

        return endpoint.Url != request.Url && targetProblem is not null ? Problems.Validation("url", $"The url {targetProblem}.") : null;
    }

    /// <summary>
    /// The request that would leave an endpoint as it is. Its headers are spelled as a patch of them spells them: to HTTP their names are the same in any case, and
    /// to a merge patch they are not, so that it would remove nothing.
    /// </summary>
    public WebhookRequest RequestFor(WebhookEndpoint endpoint, JsonObject? headersPatch) => new()
    {
        Url = endpoint.Url,
        Events = endpoint.Events,
        CategoryIds = endpoint.CategoryIds,
        Tags = endpoint.Tags,
        Description = endpoint.Description,
        ApiKey = Read(endpoint.ApiKey),
        Headers = Read(endpoint.Headers) is { } headers
            ? WebhookHeaders.Deserialize(headers).ToDictionary(
                header => headersPatch?.FirstOrDefault(p => p.Key.Equals(header.Key, StringComparison.OrdinalIgnoreCase)).Key ?? header.Key, header => header.Value)
            : null,
        RateLimit = endpoint.RateLimit,
        Concurrency = endpoint.Concurrency,
        UseSharedSecret = endpoint.UseSharedSecret,
        Enabled = endpoint.Enabled,
    };

    /// <summary>What the request says. What it says again is left as it is, so that only a change makes a new version.</summary>
    public void Apply(WebhookEndpoint endpoint, WebhookRequest request)
    {
        var now = clock.Now();
        if (endpoint.Enabled != request.Enabled || endpoint.Url != request.Url)
        {
            BeginAnew(endpoint);
            endpoint.DisabledReason = request.Enabled ? null : DisabledByOwner;
            endpoint.DisabledAt = request.Enabled ? null : endpoint.DisabledAt ?? now;
        }

        endpoint.Url = request.Url;
        endpoint.Events = [.. request.Events.Distinct()];
        endpoint.CategoryIds = [.. request.CategoryIds.Distinct()];
        endpoint.Tags = [.. request.Tags.Select(tag => tag.Trim()).DistinctBy(NameKeys.Of)];
        endpoint.TagKeys = [.. endpoint.Tags.Select(NameKeys.Of)];
        endpoint.Description = request.Description;
        endpoint.RateLimit = request.RateLimit;
        endpoint.Concurrency = request.Concurrency;
        endpoint.Enabled = request.Enabled;
        if (request.ApiKey != Read(endpoint.ApiKey))
        {
            endpoint.ApiKey = request.ApiKey is null ? null : secrets.Protect(request.ApiKey);
        }

        ApplyHeaders(endpoint, request.Headers);
    }

    /// <summary>Forgets what was counted against an endpoint: it was at another address, or before a time in which nothing was sent to it.</summary>
    public static void BeginAnew(WebhookEndpoint endpoint) => (endpoint.FailingSince, endpoint.ConsecutiveFailures, endpoint.LatchedUntil) = (null, 0, null);

    /// <summary>Has the dispatchers look, once the transaction is committed.</summary>
    public Task WakeAsync(CancellationToken cancellationToken) => database.Database.ExecuteSqlAsync(
        $"SELECT pg_notify({TaskDatabase.EndpointsChannel}, ''), pg_notify({TaskDatabase.DeliveriesChannel}, '')", cancellationToken);

    /// <summary>Whether the run before was committed after all. Done again, the change might be another: rotated twice, the secret before the first time would be lost.</summary>
    private async Task<bool> WasCommittedAsync(WebhookEndpoint written, CancellationToken cancellationToken) => written.DeletedAt is null
        ? await database.WebhookEndpoints.AnyAsync(e => e.Id == written.Id && e.Version >= written.Version, cancellationToken)
        : !await database.WebhookEndpoints.AnyAsync(e => e.Id == written.Id, cancellationToken);

    private void ApplyHeaders(WebhookEndpoint endpoint, IReadOnlyDictionary<string, string>? headers)
    {
        var wanted = headers is { Count: > 0 } ? WebhookHeaders.Serialize(headers) : null;
        if (wanted != Read(endpoint.Headers))
        {
            endpoint.Headers = wanted is null ? null : secrets.Protect(wanted);
            endpoint.HeaderNames = wanted is null ? [] : [.. headers!.Keys.Order(StringComparer.OrdinalIgnoreCase)];
        }
    }

    private string? Read(string? stored)
    {
        try
        {
            return stored is null ? null : secrets.Unprotect(stored);
        }
        catch (CryptographicException)
        {
            // Its key is lost, and the secret with it: deliveries fail and say so. The owner can set a new one, as if none had been set.
            return null;
        }
    }
}
