using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.Data.Keys;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.Data;

/// <summary>How the services are joined to the database.</summary>
public static class TaskDatabase
{
    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "taskdb";

    /// <summary>Notified when there is a delivery to be made (payload empty).</summary>
    public const string DeliveriesChannel = "webhook_deliveries";

    /// <summary>Notified when an endpoint was disabled, paused or resumed, so that its deliveries follow (payload empty).</summary>
    public const string EndpointsChannel = "webhook_endpoints";

    /// <summary>Notified when a reminder or due date within the next minute is set (payload empty).</summary>
    public const string DueTimesChannel = "due_times";

    /// <summary>Notified when a user's data changed; the payload is the user's id.</summary>
    public const string ChangesChannel = "changes";

    /// <summary>
    /// The key of the <see cref="NpgsqlDataSource"/> whose connections are outside the pool: for one that is held for as long as
    /// the process lives (<c>LISTEN</c>).
    /// </summary>
    public const string UnpooledKey = ConnectionName + UnpooledSuffix;

    private const string UnpooledSuffix = "-unpooled";

    private const int MinPoolSize = 5;
    private const int MaxPoolSize = 20;
    private const int ConnectTimeoutSeconds = 2;
    private const int IdleLifetimeSeconds = 30;
    private const int KeepaliveSeconds = 60;
    private const int KeepaliveIntervalSeconds = 10;
    private const int CommandTimeoutSeconds = 15;
    private const int CancellationTimeoutMilliseconds = 500;
    private const int PreparedStatements = 100;
    private const int Retries = 2;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(300);

    /// <summary>What the model needs of its options, wherever the connection comes from.</summary>
    public static void Configure(DbContextOptionsBuilder options) => options.UseSnakeCaseNamingConvention();

    /// <summary>
    /// Adds what both services use beside the context: one <see cref="NpgsqlDataSource"/> (and so one pool) for EF Core and for
    /// plain SQL, one beside the pool, the shared key ring, webhook secrets and the migrator.
    /// </summary>
    public static IServiceCollection AddTaskDatabase(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<DatabaseConnectionOptions, DatabaseConnectionOptionsValidator>().BindConfiguration(DatabaseConnectionOptions.Section);
        services.AddSingleton<IPostConfigureOptions<DatabaseConnectionOptions>, DatabaseConnectionOptionsDefaults>();
        services.AddSingleton(provider => CreateDataSource(provider, ConnectionName, pooled: true));
        services.AddKeyedSingleton(UnpooledKey, (provider, _) => CreateDataSource(provider, UnpooledKey, pooled: false));
        services.ConfigureDbContext<TaskDbContext>((provider, options) => options.UseNpgsql(
            provider.GetRequiredService<NpgsqlDataSource>(),
            npgsql => npgsql.ExecutionStrategy(dependencies => new TransientRetries(dependencies, Retries, RetryDelay))));
        services.AddDataProtection().SetApplicationName("TaskAspire");
        services.AddOptions<KeyManagementOptions>().Configure<NpgsqlDataSource, ILogger<KeyRingTable>>(
            (options, database, logger) => options.XmlRepository = new KeyRingTable(database, logger));
        services.AddSingleton<WebhookSecrets>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SchemaHistory>();
        services.AddSingleton<DatabaseMigrator>();
        return services;
    }

    /// <summary>
    /// Leaves the key ring to the services' own <c>WarmUp</c>, which runs after the start. The framework's hosted service reads it, or makes keys, during the start:
    /// there may be no table yet, and only the API may make keys. Call it after everything that adds
    /// Data Protection, as authentication does.
    /// </summary>
    public static IServiceCollection ReadKeyRingBehindStart(this IServiceCollection services)
    {
        foreach (var service in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(service);
        }

        return services;
    }

    /// <summary>
    /// The connection string with the document's pool (5–20 connections, 2 s to connect, 30 s idle), TCP keepalive and, where TLS is required, a verified
    /// certificate. What the string itself says wins.
    /// </summary>
    public static string WithDefaults(string connectionString, bool requireTls)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var result = new NpgsqlConnectionStringBuilder(connectionString);
        SetUnlessGiven("Maximum Pool Size", MaxPoolSize);
        // A pool that is given a smaller size keeps no more than that.
        SetUnlessGiven("Minimum Pool Size", Math.Min(MinPoolSize, result.MaxPoolSize));
        SetUnlessGiven("Timeout", ConnectTimeoutSeconds);
        SetUnlessGiven("Connection Idle Lifetime", IdleLifetimeSeconds);
        // A Unix domain socket refuses the settings of TCP.
        if (given.Host?.Split(',').Any(IsSocket) == false)
        {
            // The pool's last connections stay open through quiet hours, in which Azure's load balancers (after 4 minutes) and firewalls forget them without a word.
            SetUnlessGiven("Tcp Keepalive", true);
            SetUnlessGiven("Tcp Keepalive Time", KeepaliveSeconds);
            SetUnlessGiven("Tcp Keepalive Interval", result.TcpKeepAliveTime > 0 ? KeepaliveIntervalSeconds : 0);
        }

        SetUnlessGiven("Command Timeout", CommandTimeoutSeconds);
        // How long giving up a statement may take when the server does not even answer that.
        SetUnlessGiven("Cancellation Timeout", CancellationTimeoutMilliseconds);
        SetUnlessGiven("Max Auto Prepare", PreparedStatements);
        // Settings and locks are all for one transaction, so there is nothing to reset: seven statements less for each request.
        SetUnlessGiven("No Reset On Close", true);
        // PostgreSQL has no TLS on a socket.
        if (requireTls && !AreSockets(given.Host))
        {
            SetUnlessGiven("SSL Mode", SslMode.VerifyFull);
        }

        return result.ConnectionString;

        void SetUnlessGiven(string key, object value)
        {
            if (!given.ContainsKey(key) || !given.ShouldSerialize(key))
            {
                result[key] = value;
            }
        }
    }

    /// <summary>Whether a host of a connection string is a Unix domain socket: its directory, or an abstract one.</summary>
    private static bool IsSocket(string host) => host.Trim() is var name && (Path.IsPathRooted(name) || name.StartsWith('@'));

    /// <summary>Whether all hosts of a connection string are such.</summary>
    internal static bool AreSockets(string? hosts) => hosts?.Split(',').All(IsSocket) == true;

    private static NpgsqlDataSource CreateDataSource(IServiceProvider services, string name, bool pooled)
    {
        var environment = services.GetRequiredService<IHostEnvironment>();
        // Their validation says that there is a connection string, and a good one.
        var options = services.GetRequiredService<IOptions<DatabaseConnectionOptions>>().Value;
        var connectionString = services.GetRequiredService<IConfiguration>().GetConnectionString(ConnectionName)!;
        var builder = new NpgsqlDataSourceBuilder(WithDefaults(connectionString, options.RequireTls ?? true));
        if (options.PasswordFile is { Length: > 0 } file)
        {
            builder.ConnectionStringBuilder.Password = null;
            // Read synchronously: a few bytes are read faster than a read is cancelled, and a cancellation would be logged as an error.
            builder.UsePasswordProvider(_ => Password(file), (_, _) => ValueTask.FromResult(Password(file)));
        }

        builder.ConnectionStringBuilder.ApplicationName ??= environment.ApplicationName;
        if (!pooled)
        {
            builder.ConnectionStringBuilder.Pooling = false;
            // Tells them apart in pg_stat_activity.
            builder.ConnectionStringBuilder.ApplicationName += UnpooledSuffix;
        }

        // What metrics and traces call it; by default it would be the connection string.
        builder.Name = name;
        builder.UseLoggerFactory(services.GetRequiredService<ILoggerFactory>());
        return builder.Build();
    }

    private static string Password(string file) => File.ReadAllText(file).TrimEnd('\r', '\n');
}
