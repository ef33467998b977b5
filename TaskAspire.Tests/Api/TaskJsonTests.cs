using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Api;

/// <summary>Lists and single tasks are written by hand; every other answer about a task by the serializer. Nobody may see a difference.</summary>
public sealed class TaskJsonTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task A_task_is_read_as_it_was_answered_when_it_was_written_to_the_byte()
    {
        var user = await _api.CreateUserAsync();
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "Wörk \"&\" <home> 🦀" })).Json;
        var parent = await user.CreateTaskAsync("parent");
        string[] written =
        [
            (await user.PostAsync("tasks", new JsonObject { ["title"] = "plain" })).Text,
            (await user.PostAsync("tasks", new JsonObject
            {
                ["title"] = "All \\ of it \u2028 \"quoted\" 🦀",
                ["description"] = "line\nline\ttab",
                ["status"] = "in_progress",
                ["priority"] = "urgent",
                ["dueDate"] = "2030-03-31T01:02:03.456+02:00",
                ["timeZone"] = "Europe/Berlin",
                ["categoryId"] = category["id"]!.DeepClone(),
                ["parentId"] = parent["id"]!.DeepClone(),
                ["tags"] = new JsonArray("zebra", "Äpfel", "apple", "Zoo"),
                ["reminders"] = new JsonArray(
                    new JsonObject { ["minutesBeforeDue"] = 10 },
                    new JsonObject { ["at"] = "2029-01-01T00:00:00Z" },
                    new JsonObject { ["minutesBeforeDue"] = 100_000 },
                    new JsonObject { ["at"] = "2031-01-01T00:00:00.007Z" }),
                ["recurrence"] = "FREQ=WEEKLY;BYDAY=SU",
            })).Text,
            (await user.PostAsync("tasks", new JsonObject { ["title"] = "done", ["status"] = "done", ["reminders"] = new JsonArray(new JsonObject { ["minutesBeforeDue"] = 5 }) })).Text,
        ];

        foreach (var task in written)
        {
            Assert.Equal(task, (await user.GetAsync($"tasks/{JsonNode.Parse(task)!["id"]}")).Text);
        }

        var list = await user.GetAsync("tasks?sort=createdAt&limit=3");
        Assert.Equal(JsonSerializer.Serialize(JsonSerializer.Deserialize<TaskListResponse>(list.Text, ApiJson.Options), ApiJson.Options), list.Text);
        Assert.Contains(written[1], list.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0L)]
    [InlineData("page=2", 0L)]
    [InlineData("page=2&total=false", null)]
    public async Task A_list_of_nothing_is_a_list(string query, long? total)
    {
        var user = await _api.CreateUserAsync();
        var list = (await user.GetAsync($"tasks?{query}")).Json;
        Assert.Empty(list["items"]!.AsArray());
        Assert.Equal(total, (long?)list["total"]);
        Assert.Null(list["nextCursor"]);
    }
}
