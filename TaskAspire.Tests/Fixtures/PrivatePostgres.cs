using TaskAspire.Standalone.Backing.Postgres;

namespace TaskAspire.Tests.Fixtures;

/// <summary>A PostgreSQL server of one test's own. Its port and its data stay the same when it is stopped and started.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly PostgresServer _server;

    internal PrivatePostgres(PostgresServer server) => _server = server;

    /// <summary>The connection string of a database; <c>postgres</c> is there from the start.</summary>
    public string ConnectionString(string database = "postgres") => _server.ConnectionString(database);

    /// <summary>Ends it in order, disconnecting everybody. It stays down until it is started again.</summary>
    public Task StopAsync() => _server.StopAsync();

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    /// <summary>Kills it (SIGKILL). It comes back by itself after half a second.</summary>
    public void Crash() => _server.Crash();

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
