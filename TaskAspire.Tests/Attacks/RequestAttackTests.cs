using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Attacks;

/// <summary>Requests that are made to confuse or to exhaust the server, or whoever stands before it.</summary>
public sealed class RequestAttackTests(BackingServices services)
{
    private const int MaxBody = 1024 * 1024;

    /// <summary>What each character of a text is compared with each other in does not end by then, what is read once does, also on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tasks", """{"title":"a"}""")]
    [InlineData("categories", """{"name":"host"}""")]
    [InlineData("tags", """{"name":"host"}""")]
    [InlineData("webhooks", """{"url":"http://127.0.0.1:9/","events":["task.created"]}""")]
    [InlineData("api-keys", """{"name":"a","scopes":["tasks:read"]}""")]
    public async Task A_forged_host_does_not_show_in_where_something_was_created(string route, string body)
    {
        var user = await _api.CreateUserAsync();
        var created = await user.SendRawAsync(
            HttpMethod.Post, route, body, HttpStatusCode.Created, null, ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example"));
        Assert.Equal($"/api/v1/{route}/{created.Json["id"]}", created.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X-HTTP-Method")]
    [InlineData("X-Method-Override")]
    public async Task The_method_is_the_one_of_the_request(string header)
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.CreateTaskAsync("a"))["id"];
        await user.SendAsync(HttpMethod.Get, $"tasks/{id}", null, HttpStatusCode.OK, null, (header, "DELETE"));
        await user.GetAsync($"tasks/{id}?_method=DELETE", HttpStatusCode.BadRequest);
        await user.SendAsync(HttpMethod.Post, $"tasks/{id}/complete", null, HttpStatusCode.OK, null, (header, "DELETE"));
        await user.GetAsync($"tasks/{id}");
    }

    [Theory]
    [InlineData("/api/v1/tasks/%2e%2e/auth/me")]
    [InlineData("/api/v1/tasks/%252e%252e%252fauth%252fme")]
    [InlineData("/api/v1/tasks/..%c0%af..%c0%afetc/passwd")]
    [InlineData("/api/v1/tasks/..;/auth/me")]
    [InlineData("/api/v1//tasks")]
    [InlineData("/api/v1/tasks%00")]
    [InlineData("/api/v1/tasks\\..\\auth\\me")]
    [InlineData("/%61pi/v1/%74asks")]
    [InlineData("http://evil.example/api/v1/tasks")]
    [InlineData("*")]
    public async Task A_path_in_disguise_opens_nothing(string target)
    {
        var status = await SendRawAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.InRange(status, 400, 499);
    }

    [Fact]
    public async Task Requests_that_two_servers_would_read_differently_are_refused()
    {
        const string post = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        foreach (var rest in new[]
        {
            "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "Content-Length: +2\r\n\r\n{}", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Content-Length : 2\r\n\r\n{}", "Host: evil.example\r\nContent-Length: 2\r\n\r\n{}", "X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
        })
        {
            var status = await SendRawAsync(post + rest);
            Assert.True(status is >= 400 and < 500, $"{rest}: {status}");
        }
    }

    [Fact]
    public async Task Headers_without_bound_are_refused()
    {
        var many = string.Concat(Enumerable.Range(0, 1000).Select(i => $"X-{i}: a\r\n"));
        Assert.Equal(431, await SendRawAsync($"GET /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"));
        Assert.Equal(431, await SendRawAsync($"GET /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nX: {new string('a', 100_000)}\r\n\r\n"));
        Assert.Equal(414, await SendRawAsync($"GET /api/v1/tasks?search={new string('a', 100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    [Fact]
    public async Task Thousands_of_entity_tags_are_read_quickly()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a");
        var tags = string.Join(", ", Enumerable.Range(10, 4000).Select(i => $"\"{i}\""));
        await PatchAsync("b", tags, HttpStatusCode.PreconditionFailed);
        await PatchAsync("b", $"{tags}, \"{task["version"]}\"", HttpStatusCode.OK);
        await user.SendAsync(HttpMethod.Get, $"tasks/{task["id"]}", null, HttpStatusCode.OK, null, ("If-None-Match", tags)).WaitAsync(Patience, Cancel);
        await PatchAsync("c", new string('"', 20_000), HttpStatusCode.PreconditionFailed);

        Task<ApiAnswer> PatchAsync(string title, string ifMatch, HttpStatusCode expected) => user
            .SendAsync(HttpMethod.Patch, $"tasks/{task["id"]}", new JsonObject { ["title"] = title }, expected, null, ("If-Match", ifMatch))
            .WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task A_body_may_have_a_mebibyte_and_no_byte_more()
    {
        var user = await _api.CreateUserAsync();
        await user.SendRawAsync(HttpMethod.Post, "tasks", Padded(MaxBody), HttpStatusCode.Created);
        var refused = await user.SendRawAsync(HttpMethod.Post, "tasks", Padded(MaxBody + 1), HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal("payload-too-large", refused.Problem);

        static string Padded(int bytes) => """{"title":"a"}""".PadRight(bytes);
    }

    [Theory]
    [InlineData("POST", "tasks", "title")]
    [InlineData("PATCH", "tasks/{id}", "title")]
    [InlineData("POST", "tasks", "tags")]
    [InlineData("PATCH", "tasks/{id}", "nonsense")]
    public async Task Json_that_explodes_is_refused_before_it_does(string method, string route, string member)
    {
        var user = await _api.CreateUserAsync();
        route = route.Replace("{id}", (string?)(await user.CreateTaskAsync("a"))["id"], StringComparison.Ordinal);
        string[] values =
        [
            new string('[', 10_000) + new string(']', 10_000), string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000),
            new string('9', 500_000), "1e" + new string('9', 1000), "\"" + string.Concat(Enumerable.Repeat("\\ud800", 10_000)) + "\"",
            "[{\"\\ud800\":1}]", "{\"a\":1,\"a\":2}", "[" + string.Join(',', Enumerable.Repeat("\"x\"", 200_000)) + "]", "\"a\",\"" + member + "\":\"b\"",
            "\"" + new string('a', 900_000) + "\"", "\"a\\u0000b\"",
        ];
        foreach (var value in values)
        {
            var answer = await user.SendRawAsync(new HttpMethod(method), route, $"{{\"{member}\":{value}}}", HttpStatusCode.BadRequest).WaitAsync(Patience, Cancel);
            Assert.True(answer.Text.Length < 100_000, $"{value[..5]}: an answer of {answer.Text.Length} characters");
        }
    }

    [Theory]
    [InlineData("auth/register", """{"email":"a@example.com","password":"Correct-Horse-7","displayName":"%"}""")]
    [InlineData("auth/register", """{"email":"%","password":"Correct-Horse-7"}""")]
    [InlineData("auth/register", """{"email":"a@example.com","password":"%"}""")]
    [InlineData("auth/login", """{"email":"%","password":"%"}""")]
    [InlineData("api-keys", """{"name":"%","scopes":["tasks:read"]}""")]
    [InlineData("categories", """{"name":"%","color":"%"}""")]
    [InlineData("tasks", """{"title":"%","timeZone":"%"}""")]
    [InlineData("webhooks", """{"url":"%","events":["task.created"],"apiKey":"%"}""")]
    public async Task No_text_makes_a_check_of_it_take_long(string route, string body)
    {
        var user = await _api.CreateUserAsync();
        foreach (var pattern in new[] { " ", "a", ".", "@", "a.", "a@", "-", "\\u0001", "!", "\u0301" })
        {
            var bomb = string.Concat(Enumerable.Repeat(pattern, 400_000 / Encoding.UTF8.GetByteCount(pattern))) + "!";
            await user.SendRawAsync(HttpMethod.Post, route, body.Replace("%", bomb, StringComparison.Ordinal), HttpStatusCode.BadRequest).WaitAsync(Patience, Cancel);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/jsonp")]
    [InlineData("text/plain, application/json")]
    [InlineData("")]
    public async Task Only_Json_is_read_so_that_no_form_of_another_site_can_write(string contentType)
    {
        var user = await _api.CreateUserAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tasks") { Content = new ByteArrayContent("""{"title":"a"}"""u8.ToArray()) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await user.Http.SendAsync(request, Cancel);
        Assert.True(response.StatusCode is HttpStatusCode.UnsupportedMediaType or HttpStatusCode.BadRequest, $"{contentType}: {response.StatusCode}");
        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Theory]
    [InlineData("a\u202Eb")]
    [InlineData("a\u2066b")]
    [InlineData("a\u200Bb")]
    [InlineData("\u200Da")]
    [InlineData("a\u200D")]
    [InlineData("a\u200D\u200Db")]
    [InlineData("\u200C")]
    [InlineData("a\r\nX-Injected: 1")]
    [InlineData("\uFEFF")]
    [InlineData(" \u3000 ")]
    public async Task A_name_that_shows_as_another_is_refused_where_people_trust_it(string name)
    {
        var user = await _api.CreateUserAsync();
        Assert.NotEmpty((await user.PatchAsync("auth/me", new JsonObject { ["displayName"] = name }, HttpStatusCode.BadRequest)).ErrorOf("displayName"));
        Assert.NotEmpty((await user.PostAsync("api-keys", new JsonObject { ["name"] = name, ["scopes"] = new JsonArray("tasks:read") }, HttpStatusCode.BadRequest)).ErrorOf("name"));
        var hook = new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("task.created"), ["apiKey"] = name };
        Assert.NotEmpty((await user.PostAsync("webhooks", hook, HttpStatusCode.BadRequest)).ErrorOf("apiKey"));
        Assert.NotEmpty((await user.PostAsync("auth/register", new JsonObject { ["email"] = $"x{name}@example.com", ["password"] = ApiClient.Password }, HttpStatusCode.BadRequest)).ErrorOf("email"));
    }

    [Theory]
    [InlineData("\u0639\u0644\u06CC\u200C\u0631\u0636\u0627")]
    [InlineData("\u0936\u094D\u200D\u0930\u0940")]
    [InlineData("\U0001F469\u200D\U0001F680 Ada")]
    public async Task A_name_is_taken_as_its_script_spells_it(string name)
    {
        var user = await _api.CreateUserAsync();
        Assert.Equal(name, (string?)(await user.PatchAsync("auth/me", new JsonObject { ["displayName"] = name })).Json["displayName"]);
    }

    /// <summary>Bytes as they are, which no HTTP client would send; the status of what comes back.</summary>
    private async Task<int> SendRawAsync(string request)
    {
        using var http = (await _api.GetAAsync()).CreateClient();
        using var socket = new TcpClient();
        await socket.ConnectAsync(http.BaseAddress!.Host, http.BaseAddress.Port, Cancel);
        await using var stream = socket.GetStream();
        var bytes = Encoding.Latin1.GetBytes(request);
        try
        {
            await stream.WriteAsync(bytes, Cancel);
        }
        catch (IOException)
        {
            // Refused before all of it was read.
        }

        var answer = new byte[64];
        var read = await stream.ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false, Cancel);
        return int.Parse(Encoding.ASCII.GetString(answer, 0, read).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
