using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Portability;

/// <summary>A user whose data goes out and in.</summary>
internal static class PortableUser
{
    /// <summary>One task of each kind, with all that a task can have.</summary>
    public static async Task FillAsync(this ApiClient user)
    {
        var category = (string)(await user.PostAsync("categories", JsonNode.Parse("""{"name":"Home","color":"#ff0000"}"""))).Json["id"]!;
        var bins = (string)(await user.PostAsync("tasks", JsonNode.Parse($$"""
            {
              "title": "Bins", "description": "the \"blue\" ones,\nand; more", "priority": "high", "dueDate": "2031-03-28T07:00:00Z", "timeZone": "Europe/Berlin",
              "categoryId": "{{category}}", "tags": ["a", "b;c"], "recurrence": "FREQ=WEEKLY;BYDAY=FR\nEXDATE:20310404T060000Z",
              "reminders": [{ "minutesBeforeDue": 60 }, { "at": "2031-03-27T17:00:00Z" }]
            }
            """))).Json["id"]!;
        await user.CreateTaskAsync("Part", new JsonObject { ["parentId"] = bins, ["tags"] = new JsonArray("A", "d") });
        await user.CreateTaskAsync("Done", new JsonObject { ["status"] = "done", ["priority"] = "urgent" });
        await user.CreateTaskAsync("Cancelled", new JsonObject { ["status"] = "cancelled", ["dueDate"] = "2020-01-01T00:00:00Z" });
        await user.CreateTaskAsync("Grüße 🎉", new JsonObject { ["status"] = "in_progress" });
    }

    /// <summary>The tasks by title, with the title of the parent, and without what an account decides.</summary>
    public static List<JsonObject> TasksOf(JsonObject document)
    {
        var tasks = document["tasks"]!.DeepClone().AsArray().Select(t => t!.AsObject()).ToList();
        var titles = tasks.ToDictionary(t => (string)t["id"]!, t => (string)t["title"]!);
        foreach (var task in tasks)
        {
            task["parent"] = task["parentId"] is { } parent ? titles[(string)parent!] : null;
        }

        foreach (var task in tasks)
        {
            foreach (var field in new[] { "id", "parentId", "updatedAt" })
            {
                task.Remove(field);
            }
        }

        return [.. tasks.OrderBy(t => (string)t["title"]!, StringComparer.Ordinal)];
    }

    /// <summary>A document without what differs between two accounts that hold the same.</summary>
    public static string Comparable(JsonObject document)
    {
        var copy = document.DeepClone().AsObject();
        copy.Remove("exportedAt");
        copy["tasks"] = new JsonArray([.. TasksOf(document).Select(t => t.DeepClone())]);
        return copy.ToJsonString();
    }

    public static async Task<(string Text, HttpContentHeaders Headers)> ExportAsync(this ApiClient user, string format)
    {
        using var answer = await user.Http.GetAsync($"/api/v1/export?format={format}", TestContext.Current.CancellationToken);
        Assert.Equal(OK, answer.StatusCode);
        return (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Content.Headers);
    }

    public static async Task<ApiAnswer> ImportAsync(
        this ApiClient user, string mediaType, string body, HttpStatusCode expected = OK, string query = "", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/import{query}") { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        // A body that is too large is refused before it is sent; otherwise the connection breaks meanwhile.
        request.Headers.ExpectContinue = expected == RequestEntityTooLarge;
        using var response = await user.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return new ApiAnswer(text, response.Headers);
    }

    /// <summary>Fails the test unless the import is a 400 that names the place (null: any), and nothing was written.</summary>
    public static async Task AssertImportIsRefusedAsync(this ApiClient user, string mediaType, string body, string? place)
    {
        var answer = await user.ImportAsync(mediaType, body, BadRequest);

        if (place is not null)
        {
            Assert.NotEmpty(answer.ErrorOf(place));
        }

        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }
}
