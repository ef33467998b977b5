using System.Security.Cryptography;
using Npgsql;
using StackExchange.Redis;
using TaskAspire.Bench.Yardstick.Load;
using TaskAspire.Standalone.Backing;

namespace TaskAspire.Bench.Yardstick.Services;

/// <summary>PostgreSQL, Redis, the floor and the product, with the population loaded.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly EmbeddedBacking _backing;
    private readonly NpgsqlDataSource _database;
    private readonly string _folder;

    private Site(EmbeddedBacking backing, string folder)
    {
        (_backing, _folder) = (backing, folder);
        _database = NpgsqlDataSource.Create(backing.PostgresConnectionString);
        Population = new Population(_database);
    }

    public Population Population { get; }

    public Service Floor { get; private set; } = null!;

    public Service Product { get; private set; } = null!;

    public HttpClient Api { get; } = new();

    /// <summary>Starts all of it.</summary>
    /// <param name="dataDirectory">Where data is kept; the next run finds the population there.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<Site> OpenAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.GetFullPath(dataDirectory)).FullName;
        var site = new Site(await EmbeddedBacking.StartAsync(folder, 0, 0, cancellationToken), folder);
        try
        {
            await site.KeepRedisInMemoryAsync();
            site.WriteKeys();
            site.Product = await site.StartProductAsync(cancellationToken);
            site.Floor = await Service.StartAsync(
                Repository.Published("TaskAspire.Bench.Floor"), site.File("floor.log"), "/static", site.FloorEnvironment(), cancellationToken);
            site.Api.BaseAddress = new Uri(site.Product.Url);
            await site.Population.LoadAsync(site.Api, cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>An API, ready when its database and Redis are.</summary>
    public Task<Service> StartProductAsync(CancellationToken cancellationToken) =>
        Service.StartAsync(Repository.Published("TaskAspire.ApiService"), File("api.log"), "/health", Environment(), cancellationToken);

    /// <summary>A dispatcher, which has nothing to do.</summary>
    public Task<Service> StartDispatcherAsync(CancellationToken cancellationToken) =>
        Service.StartAsync(Repository.Build("TaskAspire.WebhookDispatcher"), File("dispatcher.log"), "/health", Environment(), cancellationToken);

    /// <summary>Writes requests for wrk.</summary>
    /// <returns>The file.</returns>
    public string WriteRequests(string name, IEnumerable<string> lines)
    {
        var file = File(name + ".requests");
        System.IO.File.WriteAllLines(file, lines);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await (Product?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Floor?.DisposeAsync() ?? ValueTask.CompletedTask);
        Api.Dispose();
        await _database.DisposeAsync();
        await _backing.DisposeAsync();
    }

    private Dictionary<string, string?> FloorEnvironment() => new()
    {
        // The pool of the product, and all else that it sets (TaskDatabase.WithDefaults).
        ["ConnectionStrings__taskdb"] = _backing.PostgresConnectionString + ";Minimum Pool Size=5;Maximum Pool Size=20;Max Auto Prepare=100;No Reset On Close=true",
    };

    private Dictionary<string, string?> Environment() => new()
    {
        // Neither Development, which logs for people, nor Production, which wants certificates.
        ["ASPNETCORE_ENVIRONMENT"] = "Benchmark",
        ["DOTNET_ENVIRONMENT"] = "Benchmark",
        ["ConnectionStrings__taskdb"] = _backing.PostgresConnectionString,
        ["ConnectionStrings__cache"] = _backing.RedisConnectionString,
        ["Database__MigrateAtStart"] = "true",
        ["JWT_PRIVATE_KEY_PATH"] = File("jwt.pem"),
        ["JWT_PUBLIC_KEY_PATH"] = File("jwt.pub.pem"),
        ["Jwt__AccessTokenLifetime"] = "01:00:00",
        // Counted as ever, and never reached.
        ["RateLimiting__Api__PermitLimit"] = "1000000",
        ["RateLimiting__Api__Window"] = "00:00:05",
        ["RateLimiting__Auth__PermitLimit"] = "1000000",
        ["RateLimiting__AuthPerAddress__PermitLimit"] = "1000000",
        ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
        // Nothing in front of it has to notice its end.
        ["Shutdown__Delay"] = "00:00:00",
        ["WEBHOOK_SECRET"] = "only-for-measuring-0123456789abcdef",
    };

    /// <summary>As Azure Managed Redis runs: rewriting its files took more time than the requests, in bursts.</summary>
    private async Task KeepRedisInMemoryAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_backing.RedisConnectionString + ",allowAdmin=true");
        var server = redis.GetServers()[0];
        try
        {
            await server.ConfigSetAsync("appendonly", "no");
            await server.ConfigSetAsync("save", "");
        }
        catch (RedisServerException)
        {
            // Garnet, which has no such settings.
        }
    }

    private void WriteKeys()
    {
        using var key = RSA.Create(2048);
        System.IO.File.WriteAllText(File("jwt.pem"), key.ExportPkcs8PrivateKeyPem());
        System.IO.File.WriteAllText(File("jwt.pub.pem"), key.ExportSubjectPublicKeyInfoPem());
    }

    private string File(string name) => Path.Combine(_folder, name);
}
