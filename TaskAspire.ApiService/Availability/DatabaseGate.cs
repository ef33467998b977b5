using System.Data;
using Npgsql;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Availability;

/// <summary>
/// Knows whether PostgreSQL answers. While requests are under way it is asked on a connection of its own, so that a server that
/// hangs, or a network that swallows packets, is told from a statement that takes its time; nobody then waits for it.
/// </summary>
internal sealed class DatabaseGate(
    [FromKeyedServices(TaskDatabase.UnpooledKey)] NpgsqlDataSource database, ILogger<DatabaseGate> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// With <see cref="Interval"/> and the grace of <see cref="GuardedRequest"/>, within 2 of the 3 seconds that a client waits at most; the rest is for a machine under load.
    /// Real time, also where tests bring a clock of their own: it is a real server that is waited for.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.35);

    private CancellationTokenSource _outage = new();
    private int _requests;

    /// <summary>Whether PostgreSQL is thought to answer.</summary>
    public bool IsOpen => !Volatile.Read(ref _outage).IsCancellationRequested;

    /// <summary>Counts a request that may need the database, until <see cref="Leave"/>.</summary>
    /// <returns>Cancelled when the database stops answering; already so when it does not answer.</returns>
    public CancellationToken Enter()
    {
        Interlocked.Increment(ref _requests);
        return Volatile.Read(ref _outage).Token;
    }

    public void Leave() => Interlocked.Decrement(ref _requests);

    public override void Dispose()
    {
        base.Dispose();
        _outage.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var connection = database.CreateConnection();
        await TryOpenAsync(connection, stoppingToken);
        try
        {
            while (true)
            {
                await Task.Delay(Interval, stoppingToken);
                if (!IsOpen || Volatile.Read(ref _requests) > 0)
                {
                    await ProbeAsync(connection, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    /// <summary>To be made before anybody waits for it: the first connection of a process takes the longest, and that tells nothing about the server.</summary>
    private static async Task TryOpenAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        try
        {
            await connection.OpenAsync(stoppingToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            // Whoever comes first finds out whether that lasts.
        }
    }

    private async Task ProbeAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var answer = AskAsync(connection, giveUp.Token);
        try
        {
            await answer.WaitAsync(Patience, stoppingToken);
            Open();
        }
        catch (Exception exception)
        {
            // At once: giving the question up takes its time, too.
            if (IsAway(exception) && !stoppingToken.IsCancellationRequested)
            {
                Close(exception);
            }

            await giveUp.CancelAsync();
            await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.CloseAsync();
        }
    }

    private static async Task AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.State == ConnectionState.Open)
        {
            try
            {
                await SelectAsync(connection, cancellationToken);
                return;
            }
            catch (NpgsqlException) when (!cancellationToken.IsCancellationRequested)
            {
                // Perhaps ended long ago, while nobody asked: by a restart, an administrator, a proxy. A new one tells whether the server is there.
            }
        }

        await connection.CloseAsync();
        await connection.OpenAsync(cancellationToken);
        await SelectAsync(connection, cancellationToken);
    }

    private static async Task SelectAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>A server that refuses for a reason of its own (too many connections, a changed password) is there; the pool's connections may go on.</summary>
    private static bool IsAway(Exception exception) => exception is not PostgresException
    {
        SqlState: not (PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow),
    };

    private void Open()
    {
        if (IsOpen)
        {
            return;
        }

        // The old one is not disposed: requests that it ended may still be looking at it.
        Volatile.Write(ref _outage, new CancellationTokenSource());
        logger.LogInformation("PostgreSQL answers again");
    }

    private void Close(Exception reason)
    {
        if (IsOpen)
        {
            logger.LogWarning("PostgreSQL does not answer; requests are refused until it does: {Reason}", reason.GetBaseException().Message);
            Volatile.Read(ref _outage).Cancel();
        }
    }
}
