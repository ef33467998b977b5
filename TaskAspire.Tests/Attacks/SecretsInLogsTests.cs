using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Attacks;

public sealed class SecretsInLogsTests(BackingServices services)
{
    [Fact]
    public async Task Not_even_the_most_talkative_log_holds_a_secret()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var redis = await services.RentRedisAsync(cancellationToken);
        await using var host = new TalkativeHost(await services.CreateTaskDatabaseAsync(cancellationToken), redis.ConnectionString);
        var user = await host.CreateUserAsync(cancellationToken);
        var key = (await user.PostAsync("api-keys", new JsonObject { ["name"] = "a", ["scopes"] = new JsonArray("tasks:read") })).Json["key"]!.GetValue<string>();
        var hook = (await user.PostAsync("webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("task.created"), ["apiKey"] = "key-of-the-hook" })).Json;
        var program = host.CreateAnonymous();
        program.Http.DefaultRequestHeaders.Add("X-API-Key", key);
        await program.GetAsync("tasks");
        await program.PostAsync("tasks", new JsonObject { ["title"] = "a" }, HttpStatusCode.Forbidden);
        program.Use(key);
        await program.GetAsync("tasks", HttpStatusCode.BadRequest);
        var wrong = host.CreateAnonymous();
        wrong.Use("ta_wrong-key-of-somebody");
        await wrong.GetAsync("tasks", HttpStatusCode.Unauthorized);
        await user.PostAsync("auth/refresh", new JsonObject { ["refreshToken"] = user.RefreshToken }, HttpStatusCode.OK);
        await user.PostAsync("auth/refresh", new JsonObject { ["refreshToken"] = user.RefreshToken }, HttpStatusCode.Conflict);
        await user.PostAsync("auth/login", new JsonObject { ["email"] = user.Email, ["password"] = "Wrong-Horse-of-somebody" }, HttpStatusCode.Unauthorized);

        Assert.Contains(host.Log, line => line.Contains("ApiKey", StringComparison.Ordinal));
        string[] secrets = [key, ApiClient.Password, user.AccessToken, user.RefreshToken, (string)hook["secret"]!, "key-of-the-hook", "ta_wrong-key-of-somebody", "Wrong-Horse-of-somebody"];
        Assert.All(secrets, secret => Assert.DoesNotContain(host.Log, line => line.Contains(secret, StringComparison.Ordinal)));
    }

    private sealed class TalkativeHost(string database, string redis) : ApiHost(database, redis, settings: new Dictionary<string, string?>
    {
        ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft"] = "Trace", ["Logging:LogLevel:Npgsql"] = "Trace",
        ["Logging:LogLevel:Microsoft.AspNetCore.Authentication.JwtBearer"] = "Trace", ["Logging:LogLevel:StackExchange.Redis"] = "Trace",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command"] = "Trace", ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Update"] = "Trace",
    }), ILoggerProvider
    {
        public ConcurrentQueue<string> Log { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Recorder(Log, categoryName);

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services => services.AddSingleton<ILoggerProvider>(this));
        }
    }

    private sealed class Recorder(ConcurrentQueue<string> log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{category} {formatter(state, exception)} {exception}");
    }
}
