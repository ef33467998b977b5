using TaskAspire.Data;

namespace TaskAspire.ApiService.Availability;

internal static class AvailabilityExtensions
{
    /// <summary>Nothing under it does without the database. Health, metrics and documents do.</summary>
    public const string GuardedPath = "/api/v1";

    /// <summary>Adds what notices that PostgreSQL does not answer, and the queue for its connections.</summary>
    public static WebApplicationBuilder AddDatabaseGate(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DatabaseGate>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DatabaseGate>());
        builder.Services.AddSingleton<ConnectionQueue>();
        builder.Services.ConfigureDbContext<TaskDbContext>((services, options) => options.AddInterceptors(services.GetRequiredService<ConnectionQueue>()));
        return builder;
    }

    /// <summary>Answers 503 within 3 seconds when PostgreSQL does not answer. Must come after what describes errors, and before all that reads from the database.</summary>
    public static WebApplication UseDatabaseGate(this WebApplication app)
    {
        app.UseMiddleware<DatabaseGateMiddleware>();
        return app;
    }

    /// <summary>Keeps one user's many writes from holding up everybody else. Must come after <c>UseAuthorization</c>, and before all that opens a transaction.</summary>
    public static WebApplication UseWriteTurns(this WebApplication app)
    {
        app.UseMiddleware<WriteTurns>();
        return app;
    }
}
