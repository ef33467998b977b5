using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.Data.Webhooks;
using TaskAspire.Data.Webhooks.Targets;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>Brings a webhook endpoint to what a request says.</summary>
internal sealed class WebhookWriter(WebhookTargetGuard guard, WebhookSecrets secrets, IOptions<WebhookSigningOptions> signing, TimeProvider clock)
{
    /// <summary>What this server cannot do of a request; null when it can all.</summary>
    public async Task<ProblemHttpResult?> FindProblemAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        if (request.UseSharedSecret && string.IsNullOrEmpty(signing.Value.SharedSecret))
        {
            return Problems.Validation("useSharedSecret", "This server has no shared secret (WEBHOOK_SECRET); leave it out to get a secret of the endpoint's own.");
        }

        return await guard.FindProblemAsync(request.Url, cancellationToken) is { } problem ? Problems.Validation("url", $"The url {problem}.") : null;
    }

    /// <summary>The request that would leave an endpoint as it is.</summary>
    public WebhookRequest RequestFor(WebhookEndpoint endpoint) => new()
    {
        Url = endpoint.Url,
        Events = endpoint.Events,
        Description = endpoint.Description,
        ApiKey = endpoint.ApiKey is null ? null : secrets.Unprotect(endpoint.ApiKey),
        UseSharedSecret = endpoint.UseSharedSecret,
        Enabled = endpoint.Enabled,
    };

    public void Apply(WebhookEndpoint endpoint, WebhookRequest request)
    {
        var takenUpAgain = request.Enabled && !endpoint.Enabled;
        var movedElsewhere = endpoint.Url != request.Url;
        endpoint.Url = request.Url;
        endpoint.Events = [.. request.Events.Distinct()];
        endpoint.Description = request.Description;
        endpoint.ApiKey = request.ApiKey is null ? null : secrets.Protect(request.ApiKey);
        endpoint.Enabled = request.Enabled;
        endpoint.UpdatedAt = clock.Now();
        if (takenUpAgain || movedElsewhere)
        {
            // What was counted against it was another time or another address.
            endpoint.DisabledReason = null;
            endpoint.DisabledAt = null;
            endpoint.FailingSince = null;
            endpoint.ConsecutiveFailures = 0;
            endpoint.LatchedUntil = null;
        }
    }
}
