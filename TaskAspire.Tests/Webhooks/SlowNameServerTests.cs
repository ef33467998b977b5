using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.Data.Webhooks.Targets;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Webhooks;

public sealed class SlowNameServerTests(BackingServices services)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_is_not_locked_while_its_new_address_is_looked_up()
    {
        await using var redis = await services.RentRedisAsync(Token);
        await using var database = DispatcherDatabase.Of(await services.CreateTaskDatabaseAsync(Token));
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource<IPAddress[]>());
        await using var api = new SlowNamesApi(database.ConnectionString, redis.ConnectionString, (_, token) =>
        {
            asked.TrySetResult();
            return answer.Task.WaitAsync(token);
        });
        var user = await api.CreateUserAsync(Token);
        var id = (await user.PostAsync("webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("*") })).Json["id"];

        var changing = user.PatchAsync($"webhooks/{id}", new JsonObject { ["url"] = "http://slow.example/" });
        await asked.Task.WaitAsync(Token);
        // Whoever records what came of its deliveries locks it so, with the results of everybody else's in hand.
        var free = await database.ScalarAsync<long>("SELECT count(*) FROM (SELECT FROM webhook_endpoints FOR NO KEY UPDATE SKIP LOCKED) e");
        answer.SetResult([IPAddress.Parse("1.1.1.1")]);
        Assert.Equal("http://slow.example/", (string?)(await changing).Json["url"]);
        Assert.Equal(1, free);
    }

    private sealed class SlowNamesApi(string database, string redis, ResolveHost resolve) : ApiHost(database, redis)
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services => services.AddSingleton(resolve));
        }
    }
}
