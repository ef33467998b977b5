using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Api;

/// <summary>Whatever a client sends, it is the client's fault (4xx, problem details), never the server's (5xx).</summary>
public sealed class HostileInputTests(BackingServices services)
{
    private const string AnyId = "01a204fd-08dc-7665-898a-348bda3bef04";

    private readonly SharedApi _api = SharedApi.On(services);

    public static TheoryData<string, string> Routes => new()
    {
        { "POST", "auth/register" }, { "POST", "auth/login" }, { "POST", "auth/refresh" },
        { "POST", "tasks" }, { "POST", "tasks/bulk" }, { "PUT", $"tasks/{AnyId}" }, { "PATCH", $"tasks/{AnyId}" },
        { "POST", "categories" }, { "PUT", $"categories/{AnyId}" }, { "PATCH", $"categories/{AnyId}" },
        { "POST", "tags" }, { "PUT", $"tags/{AnyId}" }, { "PATCH", $"tags/{AnyId}" },
        { "POST", "webhooks" }, { "PATCH", $"webhooks/{AnyId}" },
    };

    private static IEnumerable<byte[]> Garbage =>
    [
        [], [0], [0xFF, 0xFE, 0xFD], [0xEF, 0xBB, 0xBF], [0xC3, 0x28],
        .. new[]
        {
            "null", "true", "1", "1e999", "\"text\"", "[]", "[[]]", "[null]", "{", "}", "{]", "{}{}", "{\"\":{}}", "{\"a\":1}", "{\"__proto__\":{\"x\":1}}", "{\"$ref\":\"#\"}",
            "{\"title\":{}}", "{\"name\":[]}", "{\"url\":1}", "{\"email\":null,\"password\":null}", "{\"email\":{\"$ne\":1},\"password\":{\"$ne\":1}}",
            "{\"title\":\"\\ud800\",\"name\":\"\\udc00\"}", "{\"title\":\"\\u0000\",\"name\":\"\\u0000\",\"url\":\"\\u0000\",\"email\":\"\\u0000\",\"password\":\"\\u0000\",\"refreshToken\":\"\\u0000\"}",
            "// comment\n{}", "{'title':'x'}", "{\"title\":NaN}", "<xml/>", new string('[', 5000), new string('{', 5000),
            "{\"title\":" + new string('9', 5000) + "}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_body_that_makes_no_sense_is_the_clients_fault(string method, string route)
    {
        var user = await _api.CreateUserAsync();
        foreach (var body in Garbage)
        {
            foreach (var type in new[] { "application/json", "application/merge-patch+json", "application/json; charset=utf-16", "text/plain" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{route}") { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                await ExpectClientErrorAsync(user, request, $"{type}: {Encoding.Latin1.GetString(body)[..Math.Min(body.Length, 80)]}");
            }
        }
    }

    [Theory]
    [InlineData("tasks")]
    [InlineData("tasks/trash")]
    [InlineData($"tasks/{AnyId}/history")]
    [InlineData("tags")]
    [InlineData($"webhooks/{AnyId}/deliveries")]
    public async Task A_query_that_makes_no_sense_is_the_clients_fault(string route)
    {
        var user = await _api.CreateUserAsync();
        string[] values = ["", "%00", "-1", "0", "99999999999999999999", "1e9", "NaN", "%F0%9F%8E%89", "%ED%A0%80", "%C3%28", "a%0d%0ab", "'%20OR%201=1--", "{}", "..%2f..", "0001-01-01T00:00:00Z", AnyId];
        foreach (var name in new[] { "limit", "page", "cursor", "sort", "status", "state", "priority", "dueBefore", "categoryId", "parentId", "overdue", "nonsense" })
        {
            // A category makes sense, and twice the same no less.
            foreach (var value in values.Where(v => (name, v) is not ("categoryId", AnyId)))
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{route}?{name}={value}&{name}={value}");
                await ExpectClientErrorAsync(user, request, $"{name}={value}");
            }
        }
    }

    /// <summary>As many wrong items as a body has room for: an answer that speaks of each was 78 times as long as the request, and took 1.5 GB to make.</summary>
    [Theory]
    [InlineData("webhooks", """{"url":"http://127.0.0.1:9/","events":[""")]
    [InlineData("webhooks", """{"url":"http://127.0.0.1:9/","events":["*"],"tags":[""")]
    [InlineData($"webhooks/{AnyId}/replay", """{"from":"2026-01-01T00:00:00Z","eventTypes":[""")]
    [InlineData("api-keys", """{"name":"a","scopes":[""")]
    [InlineData("tasks", """{"title":"a","tags":[""")]
    public async Task A_list_that_is_all_wrong_is_answered_in_short(string route, string head)
    {
        var user = await _api.CreateUserAsync();

        var answer = await user.SendRawAsync(HttpMethod.Post, route, head + string.Join(',', Enumerable.Repeat("\"\"", 300_000)) + "]}", System.Net.HttpStatusCode.BadRequest);

        Assert.InRange(answer.Text.Length, 1, 1_000);
    }

    [Fact]
    public async Task Headers_that_are_too_many_are_answered_in_short()
    {
        var user = await _api.CreateUserAsync();
        var headers = new JsonObject(Enumerable.Range(0, 50_000).Select(i => KeyValuePair.Create($"{i} ", (JsonNode?)"")));

        var answer = await user.PostAsync(
            "webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("*"), ["headers"] = headers }, System.Net.HttpStatusCode.BadRequest);

        Assert.InRange(answer.Text.Length, 1, 1_000);
    }

    /// <summary>A body has room for 340,000, and to look at each took 5 s of a core.</summary>
    [Fact]
    public void Of_reminders_that_are_too_many_no_more_is_looked_at_than_shows_it()
    {
        var request = JsonSerializer.Deserialize<TaskRequest>($$"""{"title":"a","reminders":[{{string.Join(',', Enumerable.Repeat("{}", 1_000))}}]}""", ApiJson.Options);

        Assert.Equal(TaskRequest.MaxReminders + 1, request!.Reminders.Count);
    }

    [Theory]
    [InlineData("/api/v1/tasks/%ff")]
    [InlineData("/api/v1/tasks/..%2f..%2fetc")]
    [InlineData("/api/v1/tasks/1")]
    [InlineData("/api/v1/tasks/{01a204fd-08dc-7665-898a-348bda3bef04}/x")]
    [InlineData("/api/v2/tasks")]
    public async Task A_path_that_makes_no_sense_is_the_clients_fault(string path)
    {
        var user = await _api.CreateUserAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        await ExpectClientErrorAsync(user, request, path);
    }

    [Theory]
    [InlineData("If-None-Match", "garbage")]
    [InlineData("If-None-Match", "\"")]
    [InlineData("Accept", "application/xml;q=x")]
    [InlineData("Range", "bytes=0-")]
    [InlineData("X-Forwarded-For", "not an address, ' OR 1=1")]
    [InlineData("traceparent", "00-zz-zz-99")]
    [InlineData("Accept-Encoding", "identity;q=0, *;q=0")]
    public async Task A_header_that_makes_no_sense_is_let_be(string name, string value)
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.CreateTaskAsync("a"))["id"];

        await user.SendAsync(HttpMethod.Get, $"tasks/{id}", null, System.Net.HttpStatusCode.OK, null, (name, value));
    }

    [Fact]
    public async Task Text_is_kept_as_it_was_sent_whatever_it_looks_like()
    {
        var user = await _api.CreateUserAsync();
        string[] titles = ["<script>alert(1)</script>", "'; DROP TABLE tasks; --", "line\r\nbreak\t", "\u202Egnirts", "e\u0301", "👩‍👩‍👧‍👦", "\uFEFFbom", "{{7*7}}", "%s%n", "\\u0000"];
        foreach (var title in titles)
        {
            var task = await user.CreateTaskAsync(title, new JsonObject { ["tags"] = new JsonArray(title.Trim()) });
            Assert.Equal(title, (string?)(await user.GetAsync($"tasks/{task["id"]}")).Json["title"]);
        }
    }

    private static async Task ExpectClientErrorAsync(ApiClient user, HttpRequestMessage request, string what)
    {
        using var response = await user.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode is >= 400 and < 500, $"{what} -> {(int)response.StatusCode}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }
}
