using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Api;

public sealed class BodyKindTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("APPLICATION/JSON; Charset=\"Utf-8\"; v=1")]
    [InlineData("application/merge-patch+json; charset=\"utf-8\"")]
    public async Task Utf_8_is_utf_8_however_it_is_written(string contentType)
    {
        var user = await _api.CreateUserAsync();

        var (status, body) = await SendAsync(user, HttpMethod.Post, "tasks", contentType, "{\"title\":\"Käse\"}");

        Assert.Equal((HttpStatusCode.Created, "Käse"), (status, (string?)body["title"]));
    }

    [Theory]
    [InlineData("POST", "auth/login", "UTF8")]
    [InlineData("POST", "auth/register", "bogus")]
    [InlineData("POST", "auth/refresh", "utf-7")]
    [InlineData("POST", "tasks", "")]
    [InlineData("POST", "tasks/bulk", "utf-16")]
    [InlineData("PATCH", "auth/me", "\"latin1\"")]
    [InlineData("POST", "import", "utf-16")]
    public async Task Json_in_another_charset_is_refused_with_the_remedy(string method, string route, string charset)
    {
        var user = await _api.CreateUserAsync();

        var (status, problem) = await SendAsync(user, new HttpMethod(method), route, $"application/json; charset={charset}", "{}");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        // A parameter without a value makes it no media type at all, to some readers.
        Assert.Matches("utf-8|Send the body as", (string)problem["detail"]!);
    }

    [Theory]
    [InlineData("tasks")]
    [InlineData("import")]
    public async Task A_compressed_body_is_refused_with_the_remedy(string route)
    {
        var user = await _api.CreateUserAsync();
        using var request = Request(HttpMethod.Post, route, "application/json; charset=utf-8", "{\"title\":\"a\"}", "gzip");

        using var answer = await user.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("identity", Assert.Single(answer.Headers.GetValues("Accept-Encoding")));
        Assert.Contains("without Content-Encoding", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/json", "gzip")]
    public async Task A_patch_of_another_kind_is_told_of_which_kinds_there_are(string contentType, params string[] encodings)
    {
        var user = await _api.CreateUserAsync();
        using var request = Request(HttpMethod.Patch, "auth/me", contentType, "{}", encodings);

        using var answer = await user.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("application/merge-patch+json, application/json", Assert.Single(answer.Headers.GetValues("Accept-Patch")));
    }

    [Theory]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/json", "gzip")]
    public async Task Of_which_kind_a_body_would_be_is_not_asked_where_there_is_none(string contentType, params string[] encodings)
    {
        var user = await _api.CreateUserAsync();
        using var request = Request(HttpMethod.Get, "tasks", contentType, "", encodings);

        using var answer = await user.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("POST", "import?dryRun=true", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("PUT", "tasks?limit=1", "application/json", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "import?dryRun=true", null, HttpStatusCode.MethodNotAllowed)]
    public async Task A_route_that_does_not_take_it_says_so_and_not_that_its_parameters_are_none(string method, string route, string? contentType, HttpStatusCode expected)
    {
        var user = await _api.CreateUserAsync();

        var (status, problem) = await SendAsync(user, new HttpMethod(method), route, contentType, "x");

        Assert.Equal(expected, status);
        Assert.NotNull((string?)problem["detail"]);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(ApiClient user, HttpMethod method, string route, string? contentType, string body)
    {
        using var request = Request(method, route, contentType, body);
        using var answer = await user.Http.SendAsync(request, Cancel);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!);
    }

    private static HttpRequestMessage Request(HttpMethod method, string route, string? contentType, string body, params string[] encodings)
    {
        var request = new HttpRequestMessage(method, $"/api/v1/{route}");
        if (contentType is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            // As it is: the client's own parser does not know all of them.
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encodings);
        }

        return request;
    }
}
