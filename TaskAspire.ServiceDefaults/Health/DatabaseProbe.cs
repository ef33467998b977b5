using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>Whether PostgreSQL answers and the schema is up to date.</summary>
internal sealed class DatabaseProbe(Func<IServiceProvider, CancellationToken, Task<bool>>? isReady, Func<IServiceProvider, bool>? isInUse)
{
    // Migrations only move forward, so this is asked until the first yes.
    private volatile bool _ready = isReady is null;

    public async Task<string?> FindProblemAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            var dataSource = services.GetRequiredService<NpgsqlDataSource>();
            await using (var command = dataSource.CreateCommand("SELECT 1"))
            {
                await command.ExecuteScalarAsync(cancellationToken);
            }

            _ready = _ready || await AskAsync(services, cancellationToken);
            if (!_ready)
            {
                return "Migrations are pending.";
            }

            return isInUse is null || isInUse(services) ? null : "PostgreSQL answers again, and requests will soon be served.";
        }
        catch (PostgresException e)
        {
            return $"PostgreSQL refuses (SQLSTATE {e.SqlState}).";
        }
        catch (NpgsqlException e) when (e.InnerException is null or AuthenticationException)
        {
            // Nothing broke: server and client do not agree on how to connect.
            return "PostgreSQL answers, but not as the connection asks, most often without TLS or with a certificate that is not trusted; the log says why.";
        }
        catch (Exception e) when (e is DbException or SocketException or TimeoutException or InvalidOperationException)
        {
            return "PostgreSQL cannot be reached.";
        }
    }

    /// <summary>In a scope that lives as long as the question: that of the check is gone when the check has given up waiting.</summary>
    private async Task<bool> AskAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        return await isReady!(scope.ServiceProvider, cancellationToken);
    }
}
