using System.Globalization;

namespace TaskAspire.Standalone.Backing.Postgres;

/// <summary>The server settings, given on the command line at each start so that a new version's take effect on old data.</summary>
internal static class PostgresSettings
{
    public static IEnumerable<string> Arguments(PostgresInstallation installation, string dataDirectory, int port, bool durable) =>
        ["-D", dataDirectory, .. Values(installation, port, durable).SelectMany(setting => new[] { "-c", $"{setting.Name}={setting.Value}" })];

    private static IEnumerable<(string Name, string Value)> Values(PostgresInstallation installation, int port, bool durable)
    {
        yield return ("port", port.ToString(CultureInfo.InvariantCulture));
        yield return ("listen_addresses", "127.0.0.1");
        // No socket file: its path has a limit of 107 bytes, and everybody here connects by TCP.
        yield return ("unix_socket_directories", "");
        yield return ("max_connections", durable ? "200" : "400");
        yield return ("shared_buffers", durable ? "128MB" : "64MB");
        yield return ("max_wal_size", "1GB");
        yield return ("timezone", "UTC");
        yield return ("log_timezone", "UTC");
        yield return ("log_checkpoints", "off");
        yield return ("log_line_prefix", "");
        if (installation.HasStatementStatistics())
        {
            yield return ("shared_preload_libraries", "pg_stat_statements");
        }
        if (!durable)
        {
            yield return ("fsync", "off");
            yield return ("synchronous_commit", "off");
            yield return ("full_page_writes", "off");
            // Nobody looks at these, and their processes cost each test run a little.
            yield return ("autovacuum_naptime", "1h");
        }
    }
}
