using Npgsql;

namespace TaskAspire.Data;

/// <summary>
/// Sessions that leave a transaction open and are silent are ended by the server. What a process had locked that is frozen, or whose machine was lost without a
/// word, would else stay locked until TCP gives up the connection, by default after two hours: reminders it was about to fire, a user's
/// writes, results that other dispatchers want to record.
/// </summary>
internal static class SilentTransactions
{
    /// <summary>The server's setting, as it is given to the database. Nothing of ours is silent in a transaction for longer than it takes to make the next statement.</summary>
    public const string Limit = "30s";

    // Where there is a limit, whoever set it, that is the one; also where somebody set none for this database.
    private const string IsUnlimited = """
        SELECT current_setting('idle_in_transaction_session_timeout') = '0' AND NOT EXISTS (
            SELECT FROM pg_db_role_setting s, unnest(s.setconfig) setting
            WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND setting LIKE 'idle_in_transaction_session_timeout=%')
        """;

    private const string SetLimit = $"""
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = %L', current_database(), '{Limit}'); END $$
        """;

    /// <summary>Whether they are left alone for as long as they like.</summary>
    public static async Task<bool> AreUnlimitedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IsUnlimited);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Sets the limit, for all sessions that begin from now on.</summary>
    /// <exception cref="PostgresException">The database is somebody else's (42501).</exception>
    public static async Task LimitAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SetLimit);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
