using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

namespace TaskAspire.ServiceDefaults.Resilience;

/// <summary>What every <see cref="HttpClient"/> of the factory has: service discovery, and retries, time limits and a circuit breaker.</summary>
public static class HttpClientDefaults
{
    internal static WebApplicationBuilder AddHttpClientDefaults(this WebApplicationBuilder builder)
    {
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // What is not idempotent is not repeated behind the caller's back.
            http.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods());
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>Takes the retries, time limits and circuit breaker off this client; service discovery stays.</summary>
    public static IHttpClientBuilder WithoutResilience(this IHttpClientBuilder http) => http.ConfigureAdditionalHttpMessageHandlers(static (handlers, _) =>
    {
        for (var i = handlers.Count - 1; i >= 0; i--)
        {
            if (handlers[i] is ResilienceHandler)
            {
                handlers.RemoveAt(i);
            }
        }
    });

    /// <summary>
    /// Takes all defaults off this client, service discovery included: for requests to addresses that others give (webhooks), which
    /// must not reach a service of ours by its name and whose retries are the caller's business.
    /// </summary>
    public static IHttpClientBuilder WithoutDefaults(this IHttpClientBuilder http) =>
        http.ConfigureAdditionalHttpMessageHandlers(static (handlers, _) => handlers.Clear());
}
