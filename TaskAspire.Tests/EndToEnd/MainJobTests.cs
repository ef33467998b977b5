using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.EndToEnd;

/// <summary>What the product is for, on the stack as <c>./run</c> starts it.</summary>
public class MainJobTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_and_its_reminder_arrive_signed_and_everything_is_there_after_a_restart()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that asks a process to end.");
        using var directory = new TestDirectory();
        await using var receiver = await WebhookReceiver.StartAsync();
        ApiClient user;
        JsonObject task;
        await using (var stack = await StackProcess.StartAsync(directory.Path, Token))
        {
            user = new ApiClient(new HttpClient { BaseAddress = stack.Api });
            await user.RegisterAndLogInAsync(Token);
            var webhook = (await user.PostAsync("webhooks", new JsonObject
            {
                ["url"] = receiver.Url(),
                ["events"] = new JsonArray("task.reminder", "task.created"),
            })).Json;

            // Later than the first of all writes takes on a busy machine, or both events would be due at once and either may come first.
            var at = DateTimeOffset.UtcNow.AddSeconds(5);
            task = await user.CreateTaskAsync("Water the plants", new JsonObject { ["reminders"] = new JsonArray(new JsonObject { ["at"] = at.ToString("O") }) });

            await Eventually.TrueAsync(() => receiver.Received.Count == 2, Token, Soon);
            Assert.Equal(["task.created", "task.reminder"], receiver.Received.Select(r => (string)JsonNode.Parse(r.Body)!["event"]!));
            Assert.All(receiver.Received, r => Assert.Equal(Signature((string)webhook["secret"]!, r), r.Headers["webhook-signature"]));
            var data = JsonNode.Parse(receiver.Received.Last().Body)!["data"]!.AsObject();
            Assert.Equal(["taskId", "title", "dueDate", "userId"], data.Select(member => member.Key));
            Assert.Equal((string?)task["id"], (string?)data["taskId"]);

            var deliveries = $"webhooks/{webhook["id"]}/deliveries";
            await Eventually.TrueAsync(
                async () => (await user.GetAsync(deliveries)).Json["items"]!.AsArray().All(d => (string?)d!["state"] == "delivered" && d["attempts"]!.AsArray().Count == 1),
                Token,
                Soon);
            Assert.Equal(0, await stack.StopAsync(Token));
        }

        // Now where a proxy is set that leads nowhere.
        await using var again = await StackProcess.StartAsync(directory.Path, ["--no-dashboard", "--no-prometheus"], [("HTTP_PROXY", "http://127.0.0.1:9")], Token);
        var returned = new ApiClient(new HttpClient { BaseAddress = again.Api });
        returned.Use(user.AccessToken);
        Assert.True(JsonNode.DeepEquals(task, (await returned.GetAsync($"tasks/{task["id"]}")).Json));
        await returned.CreateTaskAsync("Water them again");
        await Eventually.TrueAsync(() => receiver.Received.Count == 3, Token, Soon);
    }

    /// <summary>As the Standard Webhooks specification has it, written once more.</summary>
    private static string Signature(string secret, ReceivedWebhook webhook)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{webhook.Headers["webhook-id"]}.{webhook.Headers["webhook-timestamp"]}."), .. webhook.Body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }
}
