using Npgsql;
using TaskAspire.ApiService.Availability;

namespace TaskAspire.ApiService.Reading;

/// <summary>
/// Reads from PostgreSQL without EF Core, for the few things that clients ask for all day, where nobody wants what it puts between the rows and the JSON
/// (docs/performance.md).
/// </summary>
internal sealed class DatabaseReads(NpgsqlDataSource database, ConnectionQueue connections)
{
    private const int Retries = 2;

    /// <summary>Asks and reads the answer; again when the connection breaks, as EF Core's execution strategy does for the rest (<c>TransientRetries</c>).</summary>
    /// <param name="command">What is asked.</param>
    /// <param name="read">Reads the results. May be called again after a broken connection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<T> ReadAsync<T>(
        Func<NpgsqlConnection, NpgsqlBatch> command, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                await using var connection = await connections.OpenAsync(database, cancellationToken);
                await using var batch = command(connection);
                await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
                return await read(rows, cancellationToken);
            }
            catch (NpgsqlException exception) when (retry < Retries && exception.IsTransient && exception.GetBaseException() is not TimeoutException)
            {
                // Once more.
            }
        }
    }
}
