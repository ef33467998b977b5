using Microsoft.Extensions.Configuration;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.ServiceDefaults;

public class IntegrationVariablesTests
{
    private const string Database = ConfigurationKeys.DatabaseConnectionString;
    private const string Cache = ConfigurationKeys.CacheConnectionString;

    public static TheoryData<string, string, string> Mapped => new()
    {
        { "DB_HOST=db;DB_PORT=6543;DB_NAME=tasks;DB_USER=app;DB_PASSWORD=p w", Database, "Host=db;Database=tasks;Username=app;Password=\"p w\";Port=6543" },
        { "DB_HOST=db", Database, "Host=db;Database=taskdb;Port=5432" },
        { "DB_NAME=tasks;DB_PORT=", Database, "Host=localhost;Database=tasks;Port=5432" },
        { "DATABASE_URL=postgresql://app:p%40ss%2Fw%3Ard@db:6543/tasks", Database, "Username=app;Password=p@ss/w:rd;Database=tasks;Host=db;Port=6543" },
        { "DATABASE_URL=postgres://app:p@ss@db/tasks", Database, "Username=app;Password=p@ss;Database=tasks;Host=db;Port=5432" },
        { "DATABASE_URL=postgresql://app:p@s/s?x@db/tasks?application_name=me@home", Database, "Username=app;Password=p@s/s?x;Database=tasks;Host=db;Application Name=me@home;Port=5432" },
        { "DATABASE_URL=postgresql://db/tasks?Application%20Name=app&user=ada@server", Database, "Database=tasks;Host=db;Application Name=app;Username=ada@server;Port=5432" },
        { "DATABASE_URL=postgresql://app@[::1]:5433/tasks", Database, "Username=app;Database=tasks;Host=::1;Port=5433" },
        { "DATABASE_URL=postgresql://app@a:1,b/tasks?target_session_attrs=any", Database, "Username=app;Database=tasks;Host=a:1,b:5432;Target Session Attributes=any" },
        { "DATABASE_URL=postgresql://db/tasks?sslmode=verify-full&sslrootcert=%2Fca.pem", Database, "Database=tasks;Host=db;SSL Mode=VerifyFull;Root Certificate=/ca.pem;Port=5432" },
        { "DATABASE_URL=postgresql:///tasks?host=/var/run/postgresql&user=app", Database, "Database=tasks;Host=/var/run/postgresql;Username=app;Port=5432" },
        { "DATABASE_URL=postgresql://db;DB_HOST=other;DB_PORT=1;DB_NAME=tasks;DB_PASSWORD=pw", Database, "Host=db;Database=tasks;Password=pw;Port=1" },
        { "REDIS_URL=redis://cache", Cache, "cache:6379" },
        { "REDIS_URL=redis://cache:6380/2;REDIS_PASSWORD=pw", Cache, "cache:6380,defaultDatabase=2,password=pw" },
        { "REDIS_URL=rediss://user:p%2Bw@[::1]:6380?db=3", Cache, "[::1]:6380,ssl=true,defaultDatabase=3,user=user,password=p+w" },
        { "REDIS_URL=redis://:own@cache;REDIS_PASSWORD=pw", Cache, "cache:6379,password=own" },
        { "REDIS_URL=redis://:a%2Cb@cache", Cache, "cache:6379" },
        { "REDIS_URL=redis://:a%2Cb@cache", ConfigurationKeys.RedisPassword, "a,b" },
        { "REDIS_PASSWORD=pw", ConfigurationKeys.RedisPassword, "pw" },
        { "JWT_PRIVATE_KEY_PATH=./keys/private.key", ConfigurationKeys.JwtPrivateKeyPath, "./keys/private.key" },
        { "JWT_PUBLIC_KEY_PATH=./keys/public.key", ConfigurationKeys.JwtPublicKeyPath, "./keys/public.key" },
        { "WEBHOOK_API_KEY=key", ConfigurationKeys.WebhookApiKey, "key" },
        { "WEBHOOK_SECRET=secret", ConfigurationKeys.WebhookSharedSecret, "secret" },
        { "ELASTICSEARCH_URL=http://localhost:9200", ConfigurationKeys.ElasticsearchUrl, "http://localhost:9200" },
        { "ELASTICSEARCH_USERNAME=elastic", ConfigurationKeys.ElasticsearchUsername, "elastic" },
        { "ELASTICSEARCH_PASSWORD=pw", ConfigurationKeys.ElasticsearchPassword, "pw" },
        { "PORT=3000", ConfigurationKeys.Urls, "http://*:3000" },
        { "LOG_LEVEL=warn", ConfigurationKeys.LogLevel, "Warning" },
        { "LOG_LEVEL=http", ConfigurationKeys.LogLevel, "Information" },
        { "LOG_LEVEL=verbose", ConfigurationKeys.LogLevel, "Debug" },
        { "LOG_LEVEL=SILLY", ConfigurationKeys.LogLevel, "Trace" },
        { "APP_VERSION=1.2.3-rc.1+5", ConfigurationKeys.ServiceVersion, "1.2.3-rc.1+5" },
        { "PROMETHEUS_PORT=9090", ConfigurationKeys.PrometheusPort, "9090" },
    };

    [Theory, MemberData(nameof(Mapped))]
    public void A_variable_becomes_its_setting(string variables, string key, string expected) =>
        Assert.Equal(expected, Configure(variables)[key]);

    [Theory]
    [InlineData("DB_HOST=db;DB_PORT=abc", "DB_PORT")]
    [InlineData("DB_HOST=db;DB_PORT=0", "DB_PORT")]
    [InlineData("DB_PORT=99999", "DB_PORT")]
    [InlineData("DATABASE_URL=mysql://u:topsecret@db/x", "DATABASE_URL")]
    [InlineData("DATABASE_URL=postgresql://u:topsecret@db:port/x", "DATABASE_URL")]
    [InlineData("DATABASE_URL=postgresql://u:topsecret@db/x?sslmode=topsecret", "DATABASE_URL")]
    [InlineData("DATABASE_URL=postgresql://u:topsecret@db/x?pgbouncer=topsecret", "DATABASE_URL")]
    [InlineData("REDIS_URL=http://:topsecret@cache", "REDIS_URL")]
    [InlineData("REDIS_URL=redis://:topsecret@cache/first", "REDIS_URL")]
    [InlineData("REDIS_URL=redis://:topsecret@cache?family=6", "REDIS_URL")]
    [InlineData("ELASTICSEARCH_URL=localhost:9200", "ELASTICSEARCH_URL")]
    [InlineData("PORT=65536", "PORT")]
    [InlineData("LOG_LEVEL=loud", "LOG_LEVEL")]
    [InlineData("APP_VERSION=1.0 beta", "APP_VERSION")]
    [InlineData("PROMETHEUS_PORT=-1", "PROMETHEUS_PORT")]
    public void A_malformed_one_stops_the_start_and_is_named(string variables, string name)
    {
        using var configuration = new ConfigurationManager();
        var problem = Assert.Single(IntegrationVariables.AddTo(configuration, Variables(variables)));
        Assert.StartsWith(name + " ", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_malformed_one_is_named_and_the_others_are_taken()
    {
        using var configuration = new ConfigurationManager();
        var problems = IntegrationVariables.AddTo(configuration, Variables("PORT=abc;REDIS_URL=nonsense;LOG_LEVEL=chatty;DB_PORT=99999;WEBHOOK_SECRET=kept"));
        Assert.Equal(["DB_PORT", "REDIS_URL", "PORT", "LOG_LEVEL"], problems.Select(problem => problem.Split(' ')[0]));
        Assert.Equal("kept", configuration[ConfigurationKeys.WebhookSharedSecret]);
    }

    [Fact]
    public void They_win_over_appsettings()
    {
        var configuration = Configure("DATABASE_URL=postgresql://db/tasks", appsettings: (Database, "Host=appsettings"));
        Assert.StartsWith("Database=tasks;Host=db", configuration[Database], StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_strings_that_Aspire_injects_win_over_them()
    {
        var name = "TASKASPIRE_TEST_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable($"{name}__taskdb", "Host=aspire");
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new($"{name}:taskdb", "Host=appsettings")]);
        configuration.AddEnvironmentVariables();
        IntegrationVariables.AddTo(configuration, Variables("DATABASE_URL=postgresql://db/tasks"));
        Assert.Equal("Host=aspire", configuration[$"{name}:taskdb"]);
        Assert.IsType<Microsoft.Extensions.Configuration.EnvironmentVariables.EnvironmentVariablesConfigurationSource>(configuration.Sources[^1]);
    }

    [Fact]
    public void Listening_addresses_that_are_given_win_over_PORT_and_those_of_a_file_do_not()
    {
        var given = Configure("PORT=3000", appsettings: (ConfigurationKeys.Urls, "http://localhost:5080"));
        Assert.Equal("http://localhost:5080", given[ConfigurationKeys.Urls]);

        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "appsettings.json");
        File.WriteAllText(file, """{ "urls": "http://localhost:5080" }""");
        using var ofFile = new ConfigurationManager();
        ofFile.AddJsonFile(file);
        IntegrationVariables.AddTo(ofFile, Variables("PORT=3000"));
        Assert.Equal("http://*:3000", ofFile[ConfigurationKeys.Urls]);
    }

    [Fact]
    public void What_is_not_set_is_left_as_it_is()
    {
        var configuration = Configure("REDIS_URL=;DB_HOST=;PORT=", appsettings: (Cache, "appsettings:6379"));
        Assert.Equal("appsettings:6379", configuration[Cache]);
        Assert.Null(configuration[Database]);
        Assert.Null(configuration[ConfigurationKeys.Urls]);
    }

    [Theory]
    [InlineData("NODE_ENV=development", "--environment=Development")]
    [InlineData("NODE_ENV=production", "--environment=Production")]
    [InlineData("NODE_ENV=Staging", "--environment=Staging")]
    [InlineData("NODE_ENV=production;DOTNET_ENVIRONMENT=Development", null)]
    [InlineData("NODE_ENV=production;ASPNETCORE_ENVIRONMENT=Development", null)]
    [InlineData("NODE_ENV=production;ASPNETCORE_ENVIRONMENT=Development;DOTNET_LAUNCH_PROFILE=http", "--environment=Production")]
    [InlineData("NODE_ENV=", null)]
    public void NODE_ENV_stands_in_for_DOTNET_ENVIRONMENT(string variables, string? argument)
    {
        var arguments = IntegrationVariables.WithNodeEnvironment(["--environment=Given"], Variables(variables));
        Assert.Equal(argument is null ? ["--environment=Given"] : [argument, "--environment=Given"], arguments);
    }

    private static ConfigurationManager Configure(string variables, (string Key, string Value)? appsettings = null)
    {
        var configuration = new ConfigurationManager();
        if (appsettings is var (key, value))
        {
            configuration.AddInMemoryCollection([new(key, value)]);
        }

        IntegrationVariables.AddTo(configuration, Variables(variables));
        return configuration;
    }

    private static Variables Variables(string text)
    {
        var values = text.Split(';').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new Variables(values.GetValueOrDefault);
    }
}
