using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Sync;

namespace TaskAspire.Tests.Operations;

public sealed class ShutdownTests(BackingServices services)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task An_instance_that_stops_is_unhealthy_and_serves_until_a_load_balancer_has_noticed()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(
            await _api.GetDatabaseAsync(), redis.ConnectionString, clock, new Dictionary<string, string?> { ["Shutdown:Delay"] = "00:00:10" });
        var user = await host.CreateUserAsync(Cancel);
        using var events = await EventSource.OpenAsync(user);
        Assert.Equal(200, (await user.SendHealthAsync()).Status);
        Assert.NotEqual(true, (await user.GetAsync("tasks")).Headers.ConnectionClose);

        var stopped = host.Services.GetRequiredService<IHost>().StopAsync(Cancel);
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        clock.Advance(TimeSpan.FromSeconds(9));
        var (status, health) = await user.SendHealthAsync();
        Assert.Equal((503, "unhealthy", "The service is stopping."), (status, (string)health["status"]!, (string)health["checks"]!["shutdown"]!["error"]!));
        var created = await user.PostAsync("tasks", new JsonObject { ["title"] = "late" });
        Assert.True(created.Headers.ConnectionClose);
        Assert.Equal("task.created", (await events.ReadAsync()).Event);
        Assert.False(stopped.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await events.ReadAnyAsync());
        await stopped;
        await Assert.ThrowsAsync<HttpRequestException>(() => user.Http.GetAsync("/alive", Cancel));
    }
}
