using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.OpenApi;

/// <summary>The document and the API mean the same: what breaks a schema is refused, and what is just within its bounds is taken.</summary>
public sealed class SchemaAgreementTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_that_breaks_its_schema_is_refused()
    {
        var (api, document) = await ReadAsync();
        var breaks = new SchemaBreaks(document);
        var bodies =
            from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            from media in operation.Value!["requestBody"]?["content"]?.AsObject() ?? []
            where media.Key.EndsWith("json", StringComparison.Ordinal)
            select (Path: path.Key, Method: operation.Key, Type: media.Key, Media: media.Value!);
        var taken = new List<string>();
        foreach (var (path, method, type, media) in bodies)
        {
            var user = await ExampleUser.CreateAsync(api, path, Cancel);
            var example = media["example"]!.DeepClone();
            if (path.EndsWith("/bulk", StringComparison.Ordinal))
            {
                // Otherwise each operation has an answer of its own.
                example["atomic"] = true;
            }

            foreach (var (what, body) in breaks.Of(example, media["schema"]!))
            {
                using var answer = await user.SendAsync(method, type, body?.ToJsonString() ?? "null", Cancel);
                if (answer.StatusCode != HttpStatusCode.BadRequest)
                {
                    taken.Add($"{method} {path}: {what}: {(int)answer.StatusCode}");
                }
            }
        }

        Assert.True(taken.Count == 0, string.Join('\n', taken));
    }

    [Fact]
    public async Task Parameters_that_there_are_not_or_are_given_twice_are_refused()
    {
        var (api, document) = await ReadAsync();
        var user = await api.CreateUserAsync(Cancel);
        var taken = new List<string>();
        foreach (var (path, item) in document["paths"]!.AsObject().Where(p => p.Key.StartsWith("/api/", StringComparison.Ordinal)))
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                var single = (operation!["parameters"]?.AsArray() ?? [])
                    .Where(p => p!["in"]!.ToString() == "query" && p["schema"]!["type"]?.ToString() != "array").Select(p => $"{p!["name"]}={p["example"]}&{p["name"]}={p["example"]}");
                foreach (var query in single.Append("nobodyKnowsIt=1"))
                {
                    using var request = new HttpRequestMessage(HttpMethod.Parse(method.ToUpperInvariant()), $"{path.Replace("{id}", $"{Guid.NewGuid()}", StringComparison.Ordinal)}?{query}");
                    using var answer = await user.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
                    if (answer.StatusCode != HttpStatusCode.BadRequest)
                    {
                        taken.Add($"{method} {path}?{query}: {(int)answer.StatusCode}");
                    }
                }
            }
        }

        Assert.True(taken.Count == 0, string.Join('\n', taken));
    }

    [Fact]
    public async Task An_enumeration_says_what_it_allows()
    {
        var user = await _api.CreateUserAsync();
        var body = await user.PostAsync("tasks", new JsonObject { ["title"] = "a", ["status"] = "TODO" }, HttpStatusCode.BadRequest);
        Assert.Equal("One of todo, in_progress, done, cancelled is expected.", body.ErrorOf("status"));
        var query = await user.GetAsync("tasks?priority=High", HttpStatusCode.BadRequest);
        Assert.Contains("none, low, medium, high, urgent", query.ErrorOf("priority"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lengths_are_counted_in_characters()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync(SchemaBreaks.Wide(200), new JsonObject { ["description"] = SchemaBreaks.Wide(10_000), ["tags"] = new JsonArray(SchemaBreaks.Wide(50)) });
        Assert.Equal(SchemaBreaks.Wide(200), (string)task["title"]!);
        await user.PostAsync("categories", new JsonObject { ["name"] = SchemaBreaks.Wide(100) });
        await user.PostAsync("tags", new JsonObject { ["name"] = SchemaBreaks.Wide(49) });
        await user.PostAsync("api-keys", new JsonObject { ["name"] = SchemaBreaks.Wide(100), ["scopes"] = new JsonArray("tasks:read") });
        await user.PostAsync("webhooks", new JsonObject { ["url"] = "https://example.com/", ["events"] = new JsonArray("*"), ["description"] = SchemaBreaks.Wide(500), ["tags"] = new JsonArray(SchemaBreaks.Wide(50)) });
        await user.PatchAsync("auth/me", new JsonObject { ["displayName"] = SchemaBreaks.Wide(100) });
        var found = await user.GetAsync($"tasks?search={Uri.EscapeDataString(SchemaBreaks.Wide(200))}&tag={Uri.EscapeDataString(SchemaBreaks.Wide(50))}");
        Assert.Single(found.Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("2030-01-01t10:00:00z", "2030-01-01T10:00:00.000Z")]
    [InlineData("2030-01-01T10:00:00.123456789+23:59", "2029-12-31T10:01:00.123Z")]
    [InlineData("2030-06-30T23:59:60Z", "2030-07-01T00:00:00.000Z")]
    [InlineData("9998-12-31T23:59:59Z", "9998-12-31T23:59:59.000Z")]
    public async Task Every_time_of_RFC_3339_is_taken(string sent, string stored)
    {
        var task = await (await _api.CreateUserAsync()).CreateTaskAsync("a", new JsonObject { ["dueDate"] = sent });
        Assert.Equal(stored, (string)task["dueDate"]!);
    }

    [Theory]
    [InlineData("15")]
    [InlineData("15.0")]
    [InlineData("1.5e1")]
    public async Task A_whole_number_may_be_written_in_any_way(string number)
    {
        var answer = await (await _api.CreateUserAsync()).SendRawAsync(
            HttpMethod.Post, "tasks", $$"""{"title":"a","reminders":[{"minutesBeforeDue":{{number}}}]}""", HttpStatusCode.Created);
        Assert.Equal(15, (int)answer.Json["reminders"]![0]!["minutesBeforeDue"]!);
    }

    private async Task<(ApiHost Api, JsonNode Document)> ReadAsync()
    {
        var api = await _api.GetAAsync();
        return (api, JsonNode.Parse(await api.CreateAnonymous().Http.GetStringAsync("/openapi/v1.json", Cancel))!);
    }
}
