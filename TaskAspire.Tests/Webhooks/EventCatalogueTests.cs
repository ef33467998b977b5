using System.Text.Json.Nodes;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.OpenApi;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Webhooks;

public sealed class EventCatalogueTests(BackingServices services)
{
    [Fact]
    public async Task Every_type_is_there_with_an_example_that_fits_its_schema()
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        var types = (await user.GetAsync("webhook-events/types")).Json["items"]!.AsArray();

        Assert.Equal(WebhookEventTypes.All.Order(), types.Select(t => (string)t!["name"]!).Order());
        foreach (var type in types)
        {
            Assert.NotEmpty((string)type!["description"]!);
            Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)type["schema"]!["$schema"]);
            Assert.Equal((string?)type["name"], (string?)type["example"]!["event"]);
            Assert.Empty(JsonSchemaCheck.Problems(type["schema"]!, type["example"]));
            Assert.Empty(Untyped(type["schema"]!, "$"));
            // The check can fail.
            var wrong = type["example"]!.DeepClone().AsObject();
            wrong["data"]!.AsObject().Remove(wrong["data"]!.AsObject().First().Key);
            wrong["event"] = "task.other";
            Assert.Equal(2, JsonSchemaCheck.Problems(type["schema"]!, wrong).Count());
        }
    }

    [Fact]
    public async Task What_is_sent_fits_the_schema_of_its_type_and_the_document()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        stack.Receiver.Answer = (context, webhook) =>
        {
            context.Response.StatusCode = webhook.Path == "/gone" ? 410 : 204;
            return Task.CompletedTask;
        };
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, "*"))["id"];
        await stack.AddEndpointAsync(user, "task.deleted", "/gone");
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "Home" })).Json["id"];
        var due = DateTimeOffset.UtcNow.AddSeconds(1).ToString("O");
        await user.CreateTaskAsync("bare");
        var task = (await user.CreateTaskAsync("full", new JsonObject
        {
            ["description"] = "Zwölf Boxkämpfer \"jagen\"",
            ["priority"] = "urgent",
            ["dueDate"] = due,
            ["timeZone"] = "Europe/Berlin",
            ["categoryId"] = (string)category!,
            ["tags"] = new JsonArray("a", "b"),
            ["reminders"] = new JsonArray(new JsonObject { ["at"] = due }, new JsonObject { ["minutesBeforeDue"] = 0 }),
        }))["id"];
        await Eventually.TrueAsync(() => Sent().Contains("task.overdue") && Sent().Contains("task.reminder"), TestContext.Current.CancellationToken);
        await user.PatchAsync($"tasks/{task}", new JsonObject { ["title"] = "changed" });
        await user.PostAsync($"tasks/{task}/complete", null, OK);
        await user.PostAsync($"tasks/{task}/reopen", null, OK);
        await user.DeleteAsync($"tasks/{task}");
        await user.ActAsync($"webhooks/{id}/test");
        var expected = WebhookEventTypes.All.ToHashSet();
        if (!await TryRestoreAsync())
        {
            expected.Remove(WebhookEventTypes.TaskRestored);
        }

        await Eventually.TrueAsync(() => expected.IsSubsetOf(Sent()), TestContext.Current.CancellationToken);

        var schemas = (await user.GetAsync("webhook-events/types")).Json["items"]!.AsArray().ToDictionary(t => (string)t!["name"]!, t => t!["schema"]!);
        var document = await DocumentedAnswers.ReadAsync(JsonNode.Parse(await user.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken))!);
        Assert.All(stack.Receiver.Received, webhook =>
        {
            var body = JsonNode.Parse(webhook.Body)!;
            var type = (string)body["event"]!;
            Assert.Empty(JsonSchemaCheck.Problems(schemas[type], body));
            Assert.Null(document.FindProblemOfEvent(type, body.ToJsonString(), [.. webhook.Headers.Keys]));
        });

        HashSet<string> Sent() => [.. stack.Receiver.Received.Select(webhook => (string)JsonNode.Parse(webhook.Body)!["event"]!)];

        async Task<bool> TryRestoreAsync()
        {
            using var answer = await user.Http.PostAsync(new Uri($"/api/v1/tasks/{task}/restore", UriKind.Relative), null, TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
    }

    /// <summary>What a schema has without a type, of which those who generate code from it make anything or a number.</summary>
    private static IEnumerable<string> Untyped(JsonNode schema, string path) =>
    [
        .. schema["type"] is null || ((string?)(schema["type"] as JsonValue) == "array" && schema["items"] is null) ? [path] : Array.Empty<string>(),
        .. (schema["properties"]?.AsObject() ?? []).SelectMany(property => Untyped(property.Value!, $"{path}.{property.Key}")),
        .. schema["items"] is { } items ? Untyped(items, $"{path}[]") : [],
    ];
}
