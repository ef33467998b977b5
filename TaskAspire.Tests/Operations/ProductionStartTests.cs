using Npgsql;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Data;
using TaskAspire.ServiceDefaults;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.Tests.Operations;

/// <summary>What an operator is told when a service is started with settings that are missing or wrong.</summary>
public sealed class ProductionStartTests
{
    private const string Plain = "DATABASE_URL=postgresql://u:topsecret@127.0.0.1:1/taskdb?sslmode=disable";

    [Theory]
    [InlineData(typeof(TaskRequest), "", "DATABASE_URL ConnectionStrings__taskdb REDIS_URL JWT_PRIVATE_KEY_PATH JWT_PUBLIC_KEY_PATH WEBHOOK_SECRET", "")]
    [InlineData(typeof(SchemaGate), "", "DATABASE_URL ConnectionStrings__taskdb WEBHOOK_SECRET", "REDIS_URL JWT_")]
    [InlineData(typeof(TaskRequest), "migrate", "DATABASE_URL ConnectionStrings__taskdb", "REDIS_URL JWT_ WEBHOOK_SECRET")]
    public async Task Everything_that_is_missing_is_named_at_once(Type service, string arguments, string named, string notNamed)
    {
        var run = await ServiceRun.ToEndAsync(service, ["NODE_ENV=production"], Words(arguments));
        Refused(run, Words(named));
        Assert.All(Words(notNamed), name => Assert.DoesNotContain(name, run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(typeof(TaskRequest), "")]
    [InlineData(typeof(SchemaGate), "")]
    [InlineData(typeof(TaskRequest), "migrate")]
    [InlineData(typeof(TaskRequest), "migrate --ConnectionStrings:taskdb=Host=/run/postgresql,db;SslMode=Disable")]
    public async Task A_database_without_TLS_is_refused(Type service, string arguments) =>
        Refused(await ServiceRun.ToEndAsync(service, [Plain], ["--environment", "Production", .. Words(arguments)]), "without TLS", "sslmode=require", "Database__RequireTls=false");

    [Fact]
    public async Task Malformed_variables_and_settings_are_named_with_those_that_are_missing()
    {
        var run = await ServiceRun.ToEndAsync(
            typeof(TaskRequest),
            ["DOTNET_ENVIRONMENT=Production", "DB_PORT=99999", "REDIS_URL=nonsense:topsecret", "LOG_LEVEL=chatty", "PORT=abc", "ELASTICSEARCH_URL=ftp://topsecret@logs",
                "RateLimiting__Api__PermitLimit=many", "Sessions__Lifetime=00:00:01", "Import__MaxMebibytes=0", "Metrics__Port=0", "Service__Version=2 beta", "ConnectionStrings__taskdb=Host=db;Password=top;secret"]);
        Refused(run, "DB_PORT must", "REDIS_URL must", "LOG_LEVEL must", "PORT must", "ELASTICSEARCH_URL must", "RateLimiting:Api:PermitLimit", "Sessions:Lifetime must", "Import:MaxMebibytes must", "Metrics:Port must", "Service:Version must", "ConnectionStrings:taskdb is not", "JWT_PRIVATE_KEY_PATH");
    }

    [Theory]
    [InlineData("Host=db", SslMode.VerifyFull)]
    [InlineData("Host=db;SSL Mode=Disable", SslMode.Disable)]
    [InlineData("Host=/run/postgresql", SslMode.Prefer)]
    [InlineData("Host=/run/postgresql,db", SslMode.VerifyFull)]
    public void Without_a_mode_the_certificate_is_verified_but_on_sockets(string given, SslMode mode) =>
        Assert.Equal(mode, new NpgsqlConnectionStringBuilder(TaskDatabase.WithDefaults(given, requireTls: true)).SslMode);

    [Theory]
    [InlineData("", 5, 20)]
    [InlineData("Maximum Pool Size=3", 3, 3)]
    [InlineData("Minimum Pool Size=0", 0, 20)]
    public void A_pool_that_is_made_smaller_keeps_no_more_connections_open_than_it_has(string given, int minimum, int maximum)
    {
        var pool = new NpgsqlConnectionStringBuilder(TaskDatabase.WithDefaults("Host=db;" + given, requireTls: false));
        Assert.Equal((minimum, maximum), (pool.MinPoolSize, pool.MaxPoolSize));
    }

    [Theory]
    [InlineData(typeof(TaskRequest))]
    [InlineData(typeof(SchemaGate))]
    public async Task An_address_that_is_taken_is_told_in_one_line(Type service)
    {
        using var directory = new TestDirectory();
        var keys = ServiceRun.WriteKeys(directory, "jwt");
        using var taken = new ServiceDefaults.SilentServer();
        var run = await ServiceRun.ToEndAsync(
            service,
            [
                Plain, "DOTNET_ENVIRONMENT=Production", "Database__RequireTls=false", "WEBHOOK_SECRET=shared", $"ASPNETCORE_URLS=http://127.0.0.1:{taken.Port}",
                "REDIS_URL=redis://127.0.0.1:1", $"JWT_PRIVATE_KEY_PATH={keys.Private}", $"JWT_PUBLIC_KEY_PATH={keys.Public}",
            ]);
        Assert.Equal(1, run.ExitCode);
        var fatal = Assert.Single(run.Output.Split('\n'), line => line.Contains("\"@l\":\"Fatal\"", StringComparison.Ordinal));
        Assert.Contains("address already in use. Set PORT or ASPNETCORE_URLS", fatal, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_named_by_its_setting()
    {
        var run = await ServiceRun.ToEndAsync(
            typeof(SchemaGate),
            [
                Plain, "DOTNET_ENVIRONMENT=Production", "Database__RequireTls=false", "WEBHOOK_SECRET=shared", "Kestrel__Endpoints__Https__Url=https://127.0.0.1:0",
                "Kestrel__Endpoints__Https__Certificate__Path=/nowhere/tls.crt", "Kestrel__Endpoints__Https__Sni__a.example__Certificate__KeyPath=nowhere.key",
                "Kestrel__Certificates__Default__Path=/nowhere",
            ]);
        Refused(run, "Kestrel:Endpoints:Https:Certificate:Path names /nowhere/tls.crt", "Sni:a.example:Certificate:KeyPath names nowhere.key", "Kestrel:Certificates:Default:Path names /nowhere,");
    }

    [Theory]
    [InlineData("Kestrel__Certificates__Default__Path=/dev/null", "The server cannot listen: ")]
    [InlineData("ASPNETCORE_URLS=http://127.0.0.1:99999", "'port'")]
    public async Task Whatever_else_keeps_the_server_from_listening_is_told_without_a_stack(string setting, string reason)
    {
        var run = await ServiceRun.ToEndAsync(typeof(SchemaGate), [Plain, "DOTNET_ENVIRONMENT=Development", setting]);
        Assert.Equal(1, run.ExitCode);
        var line = Assert.Single(run.Output.Split('\n'), line => line.Contains("The service cannot start:", StringComparison.Ordinal));
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Contains("Check PORT, ASPNETCORE_URLS and the settings under Kestrel", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_https_address_without_a_certificate_is_told_with_its_remedy()
    {
        var failure = new InvalidOperationException("No server certificate was specified.\r\nTo generate a developer certificate run …") { Source = "Microsoft.AspNetCore.Server.Kestrel.Core" };
        var problem = Assert.Single(StartupFailure.ProblemsOf(failure));
        Assert.StartsWith("No server certificate was specified. Set Kestrel__Certificates__Default__Path ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_not_served_where_the_service_listens()
    {
        using var some = new ServiceDefaults.SilentServer();
        var run = await ServiceRun.ToEndAsync(
            typeof(SchemaGate),
            [Plain, "DOTNET_ENVIRONMENT=Production", "Database__RequireTls=false", "WEBHOOK_SECRET=shared", $"ASPNETCORE_URLS=http://127.0.0.1:{some.Port}", $"Metrics__Port={some.Port}"]);
        Refused(run, $"Metrics:Port is {some.Port}", "Name another port");
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_ends_the_migrator_with_a_line()
    {
        var run = await ServiceRun.ToEndAsync(
            typeof(TaskRequest), [Plain, "DOTNET_ENVIRONMENT=Production", "Database__RequireTls=false", "Database__MigrationPatience=00:00:00"], "migrate");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The schema could not be migrated: the database cannot be reached", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", run.Output, StringComparison.Ordinal);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static void Refused(ServiceRun run, params string[] named)
    {
        Assert.Equal(1, run.ExitCode);
        // One event of the log, which is one line.
        var line = Assert.Single(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("The service cannot start:", line, StringComparison.Ordinal);
        Assert.All(named, name => Assert.Contains(name, line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", line, StringComparison.Ordinal);
    }
}
