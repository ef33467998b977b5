using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Api;

/// <summary>One instance of the API in this process, on Kestrel at a free loopback port, on a database and a Redis that may be shared with others.</summary>
internal class ApiHost : WebApplicationFactory<TaskRequest>
{
    /// <summary>A hundredth of what is deployed: hashing took four tenths of the processor time of tests that are about something else.</summary>
    internal const int QuickHashIterations = 1000;

    private readonly Dictionary<string, string?> _settings;
    private readonly TimeProvider _clock;

    public ApiHost(string database, string redis, TimeProvider? clock = null, IReadOnlyDictionary<string, string?>? settings = null)
    {
        _clock = clock ?? TimeProvider.System;
        _settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:taskdb"] = database,
            ["ConnectionStrings:cache"] = redis,
            ["Database:MigrateAtStart"] = "false",
            ["Jwt:DevelopmentKeyDirectory"] = Path.Combine(AppContext.BaseDirectory, "keys"),
            // Out of the way of what is not about them.
            ["RateLimiting:Api:PermitLimit"] = "1000000",
            ["RateLimiting:Auth:PermitLimit"] = "1000000",
            ["RateLimiting:AuthPerAddress:PermitLimit"] = "1000000",
            ["Import:AtOnce"] = "64",
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            _settings[key] = value;
        }

        UseKestrel();
    }

    /// <summary>Whether passwords are hashed as slowly as where the API is deployed.</summary>
    public bool HashesAsDeployed { get; init; }

    /// <summary>A client that sends no credentials.</summary>
    public ApiClient CreateAnonymous() => new(CreateClient());

    /// <summary>A new user, logged in.</summary>
    public async Task<ApiClient> CreateUserAsync(CancellationToken cancellationToken)
    {
        var client = CreateAnonymous();
        await client.RegisterAndLogInAsync(cancellationToken);
        return client;
    }

    /// <summary>The same of an instance whose database may not be ready yet.</summary>
    public async Task<ApiClient> CreateUserWhenReadyAsync(CancellationToken cancellationToken)
    {
        var client = CreateAnonymous();
        await Eventually.TrueAsync(async () => (await client.SendHealthAsync()).Status == 200, cancellationToken);
        await client.RegisterAndLogInAsync(cancellationToken);
        return client;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not the port of UseKestrel: the factory sets that on a server which the program may have started meanwhile, and fails.
        builder.UseUrls("http://127.0.0.1:0");
        builder.UseEnvironment("Development");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton(_clock);
            if (!HashesAsDeployed)
            {
                services.Configure<PasswordHasherOptions>(options => options.IterationCount = QuickHashIterations);
            }
        });
    }
}
