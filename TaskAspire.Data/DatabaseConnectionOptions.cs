using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace TaskAspire.Data;

/// <summary>How PostgreSQL is connected to, besides the connection string. Section <c>Database</c>.</summary>
public sealed class DatabaseConnectionOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Database";

    /// <summary>
    /// Whether the connection must use TLS. Where it must and the connection string has no <c>SSL Mode</c>, that is <c>VerifyFull</c>; one below
    /// <c>Require</c> is refused at the start. Sockets of this machine need none.
    /// </summary>
    /// <value>The default is null: true in Production, false elsewhere.</value>
    public bool? RequireTls { get; set; }

    /// <summary>
    /// A file with the password, read whenever a connection is made, so that it can be changed while the service runs. It wins over a password in
    /// the connection string; a line break at its end does not count.
    /// </summary>
    /// <value>The default is none.</value>
    public string? PasswordFile { get; set; }
}

internal sealed class DatabaseConnectionOptionsDefaults(IHostEnvironment environment) : IPostConfigureOptions<DatabaseConnectionOptions>
{
    public void PostConfigure(string? name, DatabaseConnectionOptions options) => options.RequireTls ??= environment.IsProduction();
}

/// <summary>That there is a connection string, that it can be read, and that it uses TLS where it must.</summary>
internal sealed class DatabaseConnectionOptionsValidator(IConfiguration configuration) : IValidateOptions<DatabaseConnectionOptions>
{
    private const string Setting = $"ConnectionStrings:{TaskDatabase.ConnectionName}";

    public ValidateOptionsResult Validate(string? name, DatabaseConnectionOptions options)
    {
        var failures = new List<string>();
        if (ProblemOf(configuration.GetConnectionString(TaskDatabase.ConnectionName), options) is { } problem)
        {
            failures.Add(problem);
        }

        if (options.PasswordFile is { Length: > 0 } file && !File.Exists(file))
        {
            failures.Add($"Database:PasswordFile names {file}, which is not there or cannot be read.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string? ProblemOf(string? connectionString, DatabaseConnectionOptions options)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return "No database is configured. Set DATABASE_URL, as in postgresql://user:password@host:5432/taskdb, or DB_HOST with DB_NAME, DB_USER and DB_PASSWORD, "
                + $"or ConnectionStrings__{TaskDatabase.ConnectionName}, as in Host=host;Database=taskdb;Username=user;Password=….";
        }

        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(TaskDatabase.WithDefaults(connectionString, options.RequireTls ?? true));
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Not the inner message, which may quote a part of a password.
            return $"{Setting} is not of Npgsql's form, as in Host=host;Database=taskdb;Username=user;Password=…. A value with ; or = goes in double quotes.";
        }

        if (string.IsNullOrEmpty(parsed.Host))
        {
            return $"{Setting} names no server. Add Host=….";
        }

        if (parsed.MaxPoolSize < Math.Max(1, parsed.MinPoolSize))
        {
            return $"{Setting} has Maximum Pool Size={parsed.MaxPoolSize} and Minimum Pool Size={parsed.MinPoolSize}. The maximum must be 1 or more, and not below the minimum.";
        }

        return options.RequireTls is true && parsed.SslMode < SslMode.Require && !TaskDatabase.AreSockets(parsed.Host)
            ? $"The connection to PostgreSQL is without TLS ({Setting} has SSL Mode={parsed.SslMode}). Leave the mode out for VerifyFull, or write Require or more "
                + "(sslmode=require in DATABASE_URL); where the network is to be trusted, set Database__RequireTls=false."
            : null;
    }
}
