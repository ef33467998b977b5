using Npgsql;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>
/// <c>DATABASE_URL</c> and <c>DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD</c> as an Npgsql connection string. What the URL says
/// wins; the single variables fill in what it leaves out. Without a URL, host and port are <c>localhost:5432</c> and the database
/// is <c>taskdb</c> unless given.
/// </summary>
internal static class DatabaseVariables
{
    private const string Url = "DATABASE_URL";
    private const int DefaultPort = 5432;

    // libpq's names (PostgreSQL documentation, "Parameter Key Words") where Npgsql calls the same thing by another.
    private static readonly Dictionary<string, string> NpgsqlNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "Username",
        ["dbname"] = "Database",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["channel_binding"] = "Channel Binding",
        ["target_session_attrs"] = "Target Session Attributes",
    };

    public static string? ConnectionString(Variables variables)
    {
        var url = variables[Url];
        // Read in any case, to be told when it is malformed.
        var port = variables.Port("DB_PORT");
        if (url is null && variables["DB_HOST"] is null && variables["DB_NAME"] is null && variables["DB_USER"] is null && variables["DB_PASSWORD"] is null)
        {
            return null;
        }

        var result = url is null ? new NpgsqlConnectionStringBuilder() : FromUrl(url);
        result.Host ??= variables["DB_HOST"] ?? "localhost";
        result.Database ??= variables["DB_NAME"] ?? "taskdb";
        result.Username ??= variables["DB_USER"];
        result.Password ??= variables["DB_PASSWORD"];
        if (!result.ShouldSerialize("Port") && !result.Host.Contains(':', StringComparison.Ordinal))
        {
            result.Port = port ?? DefaultPort;
        }

        return result.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder FromUrl(string text)
    {
        var url = ConnectionUrl.Parse(Url, text, "postgresql", "postgres");
        var result = new NpgsqlConnectionStringBuilder { Username = url.User, Password = url.Password };
        if (url.Path.Length > 0)
        {
            result.Database = url.Path;
        }

        if (url.Hosts is [var only])
        {
            result.Host = only.Host;
            if (only.Port is { } port)
            {
                result.Port = port;
            }
        }
        else if (url.Hosts.Count > 1)
        {
            result.Host = string.Join(',', url.Hosts.Select(host => host.WithPort(DefaultPort)));
        }

        foreach (var (name, value) in url.Query)
        {
            Set(result, name, value);
        }

        return result;
    }

    private static void Set(NpgsqlConnectionStringBuilder result, string name, string value)
    {
        try
        {
            if (name.Equals("sslmode", StringComparison.OrdinalIgnoreCase))
            {
                result.SslMode = Enum.Parse<SslMode>(value.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true);
            }
            else
            {
                result[NpgsqlNames.GetValueOrDefault(name, name)] = value;
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Neither the value nor the inner message: either may hold a secret.
            throw new InvalidVariableException(Url, $"has a parameter '{name}' that is not known or has a value that is not.");
        }
    }
}
