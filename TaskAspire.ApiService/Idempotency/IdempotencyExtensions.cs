using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Idempotency;

internal static class IdempotencyExtensions
{
    /// <summary>Repeats of a POST get its first answer. Needs the database and the key ring.</summary>
    public static WebApplicationBuilder AddIdempotency(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<IdempotencyOptions>(IdempotencyOptions.Section);
        builder.Services.AddScoped<IdempotencyKeys>();
        builder.Services.AddHostedService<IdempotencyCleanup>();
        return builder;
    }

    /// <summary>Must come after <c>UseAuthorization</c>: a key belongs to its caller, and its stored answer only to a caller who is still allowed to ask.</summary>
    public static WebApplication UseIdempotency(this WebApplication app)
    {
        app.UseMiddleware<IdempotencyMiddleware>();
        return app;
    }
}
