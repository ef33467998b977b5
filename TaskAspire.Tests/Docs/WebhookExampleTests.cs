using System.Text.Json.Nodes;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Webhooks;

namespace TaskAspire.Tests.Docs;

/// <summary>The examples of events in docs/webhooks.md have the members that the events have.</summary>
public class WebhookExampleTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_task()
    {
        var api = SharedApi.On(backing);
        var user = await api.CreateUserAsync();
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "Home" })).Json["id"];
        var task = await user.CreateTaskAsync("Water the plants", new JsonObject
        {
            ["description"] = "The fern needs most.",
            ["priority"] = "high",
            ["dueDate"] = "2027-05-01T16:00:00Z",
            ["timeZone"] = "Europe/Berlin",
            ["categoryId"] = category!.DeepClone(),
            ["tags"] = new JsonArray("balcony"),
            ["reminders"] = new JsonArray(new JsonObject { ["minutesBeforeDue"] = 30 }),
        });
        await user.PostAsync($"tasks/{task["id"]}/complete", null, System.Net.HttpStatusCode.OK);
        await using var database = DispatcherDatabase.Of(await api.GetDatabaseAsync());
        var payload = await database.ScalarAsync<byte[]>(
            "SELECT payload FROM webhook_events WHERE task_id = @task AND type = 'task.completed'", ("task", Guid.Parse((string)task["id"]!)));
        AssertExample(payload);
    }

    [Fact]
    public async Task Of_what_is_due_and_of_an_endpoint_that_was_disabled()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, webhook) =>
        {
            context.Response.StatusCode = webhook.Path == "/gone" ? 410 : 204;
            return Task.CompletedTask;
        };
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url("/all"));
        await database.AddEndpointAsync(user, receiver.Url("/gone"), WebhookEventTypes.TaskReminder);
        await database.AddRemindersAsync(user, 1, DateTimeOffset.UtcNow);
        await database.ExecuteAsync("UPDATE tasks SET overdue_at = now()");
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await Eventually.TrueAsync(() => receiver.CountOf("/all") == 3, Token);

        Assert.All(receiver.Received.Where(webhook => webhook.Path == "/all"), webhook => AssertExample(webhook.Body));
    }

    [Fact]
    public async Task All_fit_the_schemas_that_the_API_gives()
    {
        var user = await SharedApi.On(backing).CreateUserAsync();
        var types = (await user.GetAsync("webhook-events/types")).Json["items"]!.AsArray().ToDictionary(type => (string)type!["name"]!);
        var examples = WebhookPage.Examples().Select(text => JsonNode.Parse(text)!).ToList();
        Assert.Equal(["task.completed", "task.reminder", "task.overdue", "webhook.test", "webhook.disabled"], examples.Select(e => (string)e["event"]!));
        Assert.All(examples, example => Assert.Empty(JsonSchemaCheck.Problems(types[(string)example["event"]!]!["schema"]!, example)));
    }

    private static void AssertExample(byte[] payload)
    {
        var real = JsonNode.Parse(payload)!;
        var example = Assert.Single(WebhookPage.Examples().Select(text => JsonNode.Parse(text)!), e => (string?)e["event"] == (string?)real["event"]);
        Assert.True(AreAlike(example, real), $"docs/webhooks.md has\n{example}\nfor\n{real}");
    }

    /// <summary>The same members, with values of the same kind or null.</summary>
    private static bool AreAlike(JsonNode? one, JsonNode? other) => (one, other) switch
    {
        (null, _) or (_, null) => true,
        (JsonObject a, JsonObject b) => a.Select(m => m.Key).SequenceEqual(b.Select(m => m.Key)) && a.All(m => AreAlike(m.Value, b[m.Key])),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => AreAlike(pair.First, pair.Second)),
        _ => one.GetValueKind() == other.GetValueKind(),
    };
}
