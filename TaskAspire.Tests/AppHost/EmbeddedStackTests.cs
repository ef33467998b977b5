using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using TaskAspire.Standalone.Backing.Prometheus;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.AppHost;

/// <summary>The app host's own start of the stack, with local processes for servers.</summary>
public class EmbeddedStackTests
{
    /// <summary>The servers make their data directories, on a machine that is busy with other tests.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_and_its_reminder_arrive_and_the_dashboards_commands_work()
    {
        using var directory = new TestDirectory();
        // Where the servers of that data directory are for root; removed with it.
        directory.Postgres("");
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var model = await AppModel.CreateAsync(
            AppModel.Embedded, $"--data-dir={directory.Path}", "--api-port=0", "--dispatcher-port=0", "--postgres-port=0", "--redis-port=0", "--prometheus-port=0",
            // No container is started, so a runtime that does not answer is nothing to wait for.
            "--DcpPublisher:ContainerRuntimeInitializationTimeout=00:00:00");
        await using var app = await model.Builder.BuildAsync(Token).WaitAsync(StartTimeout, Token);
        await app.StartAsync(Token).WaitAsync(StartTimeout, Token);
        foreach (var name in Expected())
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(name, Token).WaitAsync(StartTimeout, Token);
        }

        var user = new ApiClient(app.CreateHttpClient("apiservice", "http"));
        await user.RegisterAndLogInAsync(Token);
        await user.PostAsync("webhooks", new JsonObject { ["url"] = receiver.Url(), ["events"] = new JsonArray("task.created", "task.reminder") });
        // Later than the first of all writes takes on a busy machine, or both events would be due at once and either may come first.
        var at = DateTimeOffset.UtcNow.AddSeconds(5);
        await user.CreateTaskAsync("Water the plants", new JsonObject { ["reminders"] = new JsonArray(new JsonObject { ["at"] = at.ToString("O") }) });
        await Eventually.TrueAsync(() => receiver.Received.Count == 2, Token, Soon);
        Assert.Equal(["task.created", "task.reminder"], receiver.Received.Select(webhook => (string)JsonNode.Parse(webhook.Body)!["event"]!));

        foreach (var (resource, command) in new[] { ("apiservice", "seed-demo-data"), ("webhookdispatcher", "send-test-webhook"), ("cache", "flush-cache"), ("taskdb", "reset-database") })
        {
            var result = await app.ResourceCommands.ExecuteCommandAsync(resource, command, Token).WaitAsync(Soon, Token);
            Assert.True(result.Success, $"{command}: {result}");
        }

        // Nobody is left after the reset, so the address is free again.
        await user.RegisterAndLogInAsync(Token);
        await app.StopAsync(Token).WaitAsync(StartTimeout, Token);
    }

    private static string[] Expected()
    {
        string[] always = ["taskdb", "cache", "webhookdispatcher", "apiservice"];
        return PrometheusServer.Find() is null ? always : [.. always, "prometheus"];
    }
}
