using Npgsql;
using TaskAspire.Standalone.Options;

namespace TaskAspire.Standalone.Backing.Postgres;

/// <summary>A PostgreSQL server that runs elsewhere.</summary>
internal static class ExternalPostgres
{
    public const string DefaultDatabase = "taskdb";

    /// <summary>
    /// Reads a connection string or URL, checks that the server answers and is new enough, and creates <c>taskdb</c> on it
    /// when no database is named.
    /// </summary>
    /// <returns>The connection string in Npgsql's form.</returns>
    /// <exception cref="StackException">It cannot be read, or the server cannot be used.</exception>
    public static async Task<string> PrepareAsync(string value, CancellationToken cancellationToken)
    {
        var builder = Parse(value);
        try
        {
            if (string.IsNullOrEmpty(builder.Database))
            {
                builder.Database = DefaultDatabase;
                await PostgresDatabase.EnsureAsync(builder.ConnectionString, cancellationToken);
            }
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(builder.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return connection.PostgreSqlVersion.Major >= PostgresInstallation.OldestMajorVersion
                ? builder.ConnectionString
                : throw new StackException($"{Where(builder)} is PostgreSQL {connection.PostgreSqlVersion}; TaskAspire needs {PostgresInstallation.OldestMajorVersion} or later.");
        }
        catch (NpgsqlException exception)
        {
            throw new StackException($"The server of {OptionNames.Postgres}, {Where(builder)}, cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Reads Npgsql's <c>name=value;…</c> form or a <c>postgresql://</c> URL (libpq, "Connection URIs").</summary>
    /// <exception cref="StackException">It is neither.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string value)
    {
        try
        {
            return value.StartsWith("postgres://", StringComparison.Ordinal) || value.StartsWith("postgresql://", StringComparison.Ordinal)
                ? FromUrl(new Uri(value))
                : new NpgsqlConnectionStringBuilder(value);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The value holds a password: it is not repeated here.
            throw new StackException(
                $"The value of {OptionNames.Postgres} is neither a connection string (Host=…;Username=…;Password=…) nor a URL (postgresql://user:password@host:5432/database).",
                exception);
        }
    }

    private static NpgsqlConnectionStringBuilder FromUrl(Uri url)
    {
        var builder = new NpgsqlConnectionStringBuilder { Host = url.Host.Trim('[', ']') };
        if (url.Port > 0)
        {
            builder.Port = url.Port;
        }
        var (user, password) = Credentials(url);
        builder.Username = user;
        builder.Password = password;
        if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
        {
            builder.Database = Uri.UnescapeDataString(database);
        }
        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = parameter.Split('=', 2);
            var value = Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? "");
            // libpq's verify-full is Npgsql's VerifyFull.
            builder[Keyword(pair[0])] = pair[0] == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return builder;
    }

    /// <summary>The user and password of a URL; null where it has none.</summary>
    public static (string? User, string? Password) Credentials(Uri url)
    {
        var parts = url.UserInfo.Split(':', 2);
        return (Decode(parts[0]), parts.Length == 2 ? Decode(parts[1]) : null);

        static string? Decode(string value) => value.Length == 0 ? null : Uri.UnescapeDataString(value);
    }

    /// <summary>Npgsql's name for a parameter of libpq.</summary>
    private static string Keyword(string parameter) => parameter switch
    {
        "sslmode" => "SSL Mode",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "sslrootcert" => "Root Certificate",
        var other => other,
    };

    private static string Where(NpgsqlConnectionStringBuilder builder) => $"{builder.Host}:{builder.Port}";
}
