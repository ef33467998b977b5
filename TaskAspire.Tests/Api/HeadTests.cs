using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class HeadTests(BackingServices services)
{
    /// <summary>What differs from one answer to the next, and how long the body is, which a HEAD may leave out (RFC 9110 §9.3.2).</summary>
    private static readonly HashSet<string> OfOneAnswer =
        new(StringComparer.OrdinalIgnoreCase) { "Date", "X-Cache", "RateLimit-Remaining", "RateLimit-Reset", "Content-Length", "Transfer-Encoding" };

    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_there_is_GET_there_is_HEAD_with_the_same_headers()
    {
        var user = await _api.CreateUserAsync();
        var ids = new Dictionary<string, string>
        {
            ["tasks"] = (string)(await user.CreateTaskAsync("a", new JsonObject { ["tags"] = new JsonArray("t") }))["id"]!,
            ["categories"] = (string)(await user.PostAsync("categories", new JsonObject { ["name"] = "c" })).Json["id"]!,
            ["tags"] = (string)(await user.GetAsync("tags")).Json["items"]![0]!["id"]!,
            ["webhooks"] = (string)(await user.PostAsync("webhooks", new JsonObject { ["url"] = "https://example.com/hook", ["events"] = new JsonArray("*") })).Json["id"]!,
        };
        var document = JsonNode.Parse(await user.Http.GetStringAsync("/openapi/v1.json", Cancel))!;
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            // Nor does the description have it twice.
            Assert.False(item!.AsObject().ContainsKey("head"), path);
            if (item["get"] is null)
            {
                continue;
            }

            // A record that the user does not have is not found, to both.
            var address = path.Replace("{id}", ids.GetValueOrDefault(path.Split('/').ElementAtOrDefault(3) ?? "") ?? Guid.NewGuid().ToString(), StringComparison.Ordinal);
            var get = await SendAsync(user, HttpMethod.Get, address);
            var head = await SendAsync(user, HttpMethod.Head, address);

            Assert.True(get.Status == head.Status && get.Headers == head.Headers, $"{address}: GET\n{get}\nHEAD\n{head}");
            Assert.Empty(head.Body);
        }
    }

    [Fact]
    public async Task A_list_asked_for_by_HEAD_leaves_the_next_GET_its_body()
    {
        var user = await _api.CreateUserAsync();
        await user.CreateTaskAsync("a");

        for (var i = 0; i < 2; i++)
        {
            Assert.Empty((await SendAsync(user, HttpMethod.Head, "/api/v1/tasks")).Body);
            Assert.Single((await user.GetAsync("tasks")).Json["items"]!.AsArray());
        }
    }

    [Fact]
    public async Task HEAD_is_answered_by_the_tag_that_the_client_has_and_refused_where_GET_is()
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.CreateTaskAsync("a"))["id"];
        var address = $"/api/v1/tasks/{id}";
        Assert.Equal(NotModified, (await SendAsync(user, HttpMethod.Head, address, ("If-None-Match", (await user.GetAsync($"tasks/{id}")).ETag))).Status);
        Assert.Equal(Unauthorized, (await SendAsync(new ApiClient((await _api.GetAAsync()).CreateClient()), HttpMethod.Head, address)).Status);
        Assert.Equal(BadRequest, (await SendAsync(user, HttpMethod.Head, "/api/v1/tasks?limit=0")).Status);

        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/tasks");
        using var refused = await user.Http.SendAsync(request, Cancel);
        Assert.Equal((MethodNotAllowed, "GET, HEAD, POST"), (refused.StatusCode, string.Join(", ", refused.Content.Headers.Allow.Order(StringComparer.Ordinal))));
    }

    private static async Task<(HttpStatusCode Status, string Headers, string Body)> SendAsync(
        ApiClient user, HttpMethod method, string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, address);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await user.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var lines = response.Headers.Concat(response.Content.Headers).Where(header => !OfOneAnswer.Contains(header.Key))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal);
        // A stream of events has no end.
        var body = method == HttpMethod.Head ? await response.Content.ReadAsStringAsync(Cancel) : "";
        return (response.StatusCode, string.Join('\n', lines), body);
    }
}
