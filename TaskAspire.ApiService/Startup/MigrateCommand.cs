using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.ServiceDefaults;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Startup;

/// <summary>The service as a one-shot migrator. It needs the database alone: no keys, no Redis, no secrets.</summary>
internal static class MigrateCommand
{
    private const string Name = "migrate";

    public static WebApplicationBuilder AddSchemaMigration(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<DatabaseOptions>(DatabaseOptions.Section);
        builder.Services.AddHostedService<SchemaMigration>();
        return builder;
    }

    /// <summary>Serves; or, with the argument <c>migrate</c>, brings the schema up to date and ends.</summary>
    /// <returns>The exit code: 0, or 1 when the service could not start or the migration failed.</returns>
    public static async Task<int> RunOrMigrateAsync(this WebApplication app, string[] args)
    {
        // Wherever it stands: '--environment Production migrate' is the same.
        if (!args.Contains(Name))
        {
            return await app.RunServiceAsync();
        }

        try
        {
            return app.HasValidSettings(
                services => _ = services.GetRequiredService<IOptions<DatabaseOptions>>().Value,
                services => _ = services.GetRequiredService<IOptions<DatabaseConnectionOptions>>().Value)
                && await app.MigrateAsync() ? 0 : 1;
        }
        finally
        {
            // Sends what traces and logs are still buffered.
            await app.DisposeAsync();
        }
    }

    private static async Task<bool> MigrateAsync(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var begin = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(app.Lifetime.ApplicationStopping);
                return true;
            }
            catch (Exception failure) when (IsAway(failure) && clock.GetElapsedTime(begin) < options.MigrationPatience)
            {
                app.Logger.LogWarning("The database cannot be reached yet and will be tried again: {Reason:l}", failure.GetBaseException().Message);
                await Task.Delay(options.MigrationRetryDelay, clock, app.Lifetime.ApplicationStopping);
            }
            catch (Exception failure) when (IsAway(failure) || Refusal(failure) is not null)
            {
                app.Logger.LogCritical("The schema could not be migrated: {Reason:l}", Refusal(failure) ?? $"the database cannot be reached ({failure.GetBaseException().Message})");
                return false;
            }
            catch (Exception failure)
            {
                app.Logger.LogCritical(failure, "The schema could not be migrated");
                return false;
            }
        }
    }

    /// <summary>Whether the server did not answer, or is only starting.</summary>
    private static bool IsAway(Exception failure) => Causes(failure).Any(cause => cause is PostgresException server
        ? server.SqlState == PostgresErrorCodes.CannotConnectNow
        : cause is NpgsqlException or TimeoutException);

    /// <summary>Why the server does not let this role in, or not do this; null when that is not what happened.</summary>
    private static string? Refusal(Exception failure) => Causes(failure).OfType<PostgresException>().FirstOrDefault() switch
    {
        { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
            $"PostgreSQL refuses the log-in ({refused.MessageText}). Check user and password of the connection string, and pg_hba.conf.",
        { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
            $"PostgreSQL refuses ({refused.MessageText}). The migrator's role must own the database, or the database must exist and the role may create in its schema public.",
        _ => null,
    };

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }
}
