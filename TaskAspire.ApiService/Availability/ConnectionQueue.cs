using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using TaskAspire.ServiceDefaults.Errors;

namespace TaskAspire.ApiService.Availability;

/// <summary>
/// Where requests wait for a connection of the pool: in the order in which they came, and for longer than the pool itself lets anybody wait,
/// which is no longer than a connection may take to be made (docs/adr/0012-waiting-for-a-turn.md).
/// </summary>
/// <remarks>What opens a connection synchronously passes by: that is the key ring, which a request may need that has a connection already.</remarks>
internal sealed class ConnectionQueue : DbConnectionInterceptor, IDisposable
{
    /// <summary>Connections left for what is not asked for by EF Core: the health check, cleaning up, the key ring.</summary>
    private const int Reserved = 2;

    private readonly SemaphoreSlim _free;
    private readonly TimeSpan _patience;
    private readonly StateChangeEventHandler _onStateChange;

    public ConnectionQueue(NpgsqlDataSource database)
        : this(new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxPoolSize, TimeSpan.FromSeconds(30))
    {
    }

    /// <param name="poolSize">How many connections the pool has.</param>
    /// <param name="patience">How long to wait for one at most.</param>
    internal ConnectionQueue(int poolSize, TimeSpan patience)
    {
        _free = new SemaphoreSlim(Math.Max(1, poolSize - Reserved));
        _patience = patience;
        _onStateChange = OnStateChange;
    }

    /// <summary>How many can be opened without waiting.</summary>
    internal int Free => _free.CurrentCount;

    /// <inheritdoc/>
    /// <exception cref="DatabaseException">Nobody gave a connection back in time.</exception>
    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await WaitAndOpenAsync(connection, cancellationToken);
        return InterceptionResult.Suppress();
    }

    /// <summary>Opens a connection for what reads without EF Core; it waits in the same queue.</summary>
    /// <exception cref="DatabaseException">Nobody gave a connection back in time.</exception>
    public async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = database.CreateConnection();
        await WaitAndOpenAsync(connection, cancellationToken);
        return connection;
    }

    public void Dispose() => _free.Dispose();

    private async Task WaitAndOpenAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        if (!await _free.WaitAsync(_patience, cancellationToken))
        {
            throw new DatabaseException("All connections were in use for too long.");
        }

        try
        {
            await OpenAsync(connection, began, cancellationToken);
        }
        catch
        {
            _free.Release();
            throw;
        }

        // However it is closed: by hand, with its context, or after it broke.
        connection.StateChange += _onStateChange;
    }

    private async Task OpenAsync(DbConnection connection, long began, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception) when (exception.GetBaseException() is TimeoutException && Stopwatch.GetElapsedTime(began) < _patience)
            {
                // A server under load takes its time to make many connections at once. One that does not answer is the gate's to find out.
            }
        }
    }

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState == ConnectionState.Closed)
        {
            ((DbConnection)sender).StateChange -= _onStateChange;
            _free.Release();
        }
    }
}
