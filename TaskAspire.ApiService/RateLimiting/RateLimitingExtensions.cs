using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.RateLimiting;

internal static class RateLimitingExtensions
{
    /// <summary>Adds the limits. Needs an <c>IConnectionMultiplexer</c>.</summary>
    public static WebApplicationBuilder AddRateLimiting(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<RateLimitingOptions>(RateLimitingOptions.Section);
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<RateLimitingOptions>>(TrustKnownProxies);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<RedisRequestCounts>();
        builder.Services.AddSingleton(services => new MemoryRequestCounts(services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<RequestLimiter>();
        return builder;
    }

    /// <summary>Takes the client's address and scheme from what the configured proxies say. Must come before all else.</summary>
    public static WebApplication UseKnownProxies(this WebApplication app) => app.UseIf(
        options => options.KnownProxies.Count + options.KnownNetworks.Count > 0,
        (next, services) => new ForwardedHeadersMiddleware(
            next, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<IOptions<ForwardedHeadersOptions>>()).Invoke);

    /// <summary>Limits what follows. Must come after <c>UseAuthentication</c>, so that the caller is known, and before <c>UseAuthorization</c>, so that refused requests count.</summary>
    public static WebApplication UseRateLimits(this WebApplication app) => app.UseIf(
        options => options.Enabled,
        (next, services) => new RateLimitMiddleware(next, services.GetRequiredService<RequestLimiter>()).InvokeAsync);

    // Asked when the server starts: by then the options are validated, and what is wrong with them has been told.
    private static WebApplication UseIf(
        this WebApplication app, Func<RateLimitingOptions, bool> wanted, Func<RequestDelegate, IServiceProvider, RequestDelegate> middleware)
    {
        ((IApplicationBuilder)app).Use(next => wanted(app.Services.GetRequiredService<IOptions<RateLimitingOptions>>().Value) ? middleware(next, app.Services) : next);
        return app;
    }

    private static void TrustKnownProxies(ForwardedHeadersOptions forwarded, IOptions<RateLimitingOptions> options)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // As many hops as there are known proxies; the first address that is not a proxy's is the client's.
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in options.Value.KnownProxies)
        {
            forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        }

        foreach (var network in options.Value.KnownNetworks)
        {
            forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }
    }
}
