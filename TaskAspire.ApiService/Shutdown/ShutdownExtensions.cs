using Microsoft.Extensions.Options;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Shutdown;

internal static class ShutdownExtensions
{
    /// <summary>Adds the time between SIGTERM and the end in which requests are still taken.</summary>
    public static WebApplicationBuilder AddShutdownDelay(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<ShutdownOptions>(ShutdownOptions.Section);
        builder.Services.AddSingleton<ShutdownDelay>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ShutdownDelay>());
        // The host counts the delay in, and what is under way at its end would lose that time.
        builder.Services.AddOptions<HostOptions>().PostConfigure<IOptions<ShutdownOptions>>((host, options) => host.ShutdownTimeout += options.Value.Delay);
        return builder;
    }

    /// <summary>
    /// Has clients, proxies above all, leave their connections one by one while the service stops: a request that is sent as an idle connection is closed fails, and a POST is not repeated. Must come before all else.
    /// </summary>
    public static WebApplication UseShutdownDelay(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            // HTTP/2 has no such header; Kestrel says it there by a frame when it stops.
            if (app.Lifetime.ApplicationStopping.IsCancellationRequested && HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }

            return next(context);
        });
        return app;
    }
}
