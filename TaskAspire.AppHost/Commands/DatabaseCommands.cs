using Npgsql;
using StackExchange.Redis;

namespace TaskAspire.AppHost.Commands;

/// <summary>Commands on the dashboard with which developers empty a server.</summary>
internal static class DatabaseCommands
{
    /// <summary>Removes all accounts and all that belongs to them; the schema stays, and nothing has to be restarted.</summary>
    public static IResourceBuilder<T> WithResetDatabase<T>(this IResourceBuilder<T> database)
        where T : IResourceWithConnectionString =>
        database.WithCommand("reset-database", "Reset database", async context =>
        {
            await using var connection = new NpgsqlConnection(await ConnectionStringAsync(database.Resource, context.CancellationToken));
            await connection.OpenAsync(context.CancellationToken);
            await using var command = new NpgsqlCommand("TRUNCATE users CASCADE", connection);
            await command.ExecuteNonQueryAsync(context.CancellationToken);
            return CommandResults.Success();
        }, new CommandOptions
        {
            Description = "Removes all accounts and all that belongs to them.",
            ConfirmationMessage = "All accounts, tasks and webhooks are removed. Go on?",
            IconName = "DatabaseWarning",
            UpdateState = CommandStates.WhenHealthy,
        });

    /// <summary>Forgets all that is cached: lists, counts of requests, what is known of sessions. The truth about sessions is in the database.</summary>
    public static IResourceBuilder<T> WithFlushCache<T>(this IResourceBuilder<T> cache)
        where T : IResourceWithConnectionString =>
        cache.WithCommand("flush-cache", "Flush cache", async context =>
        {
            var options = ConfigurationOptions.Parse(await ConnectionStringAsync(cache.Resource, context.CancellationToken));
            options.AllowAdmin = true;
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            foreach (var server in connection.GetServers())
            {
                await server.FlushDatabaseAsync();
            }

            return CommandResults.Success();
        }, new CommandOptions { Description = "Forgets all that is cached, and the counts of rate limits.", IconName = "Broom", UpdateState = CommandStates.WhenHealthy });

    private static async Task<string> ConnectionStringAsync(IResourceWithConnectionString server, CancellationToken cancellationToken) =>
        await server.GetConnectionStringAsync(cancellationToken) ?? throw new InvalidOperationException($"{server.Name} has no connection string.");
}
