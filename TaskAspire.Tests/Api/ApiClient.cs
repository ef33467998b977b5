using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace TaskAspire.Tests.Api;

/// <summary>A REST client as a user of the API would write it: knows no type of the product.</summary>
internal sealed class ApiClient(HttpClient http)
{
    public const string Password = "correct-Horse-7-battery";

    public HttpClient Http => http;

    public string Email { get; private set; } = "";

    public string AccessToken { get; private set; } = "";

    public string RefreshToken { get; private set; } = "";

    public async Task RegisterAndLogInAsync(CancellationToken cancellationToken)
    {
        Email = $"user-{Guid.NewGuid():N}@example.com";
        var body = new JsonObject { ["email"] = Email, ["password"] = Password };
        await SendAsync(HttpMethod.Post, "auth/register", body, HttpStatusCode.Created, cancellationToken);
        var tokens = await SendAsync(HttpMethod.Post, "auth/login", body, HttpStatusCode.OK, cancellationToken);
        Use(tokens.Json["accessToken"]!.GetValue<string>());
        RefreshToken = tokens.Json["refreshToken"]!.GetValue<string>();
    }

    /// <summary>The same user on another instance.</summary>
    public ApiClient On(ApiHost other) => On(other.CreateClient());

    /// <summary>The same user by another client.</summary>
    public ApiClient On(HttpClient other)
    {
        var client = new ApiClient(other) { Email = Email, RefreshToken = RefreshToken };
        client.Use(AccessToken);
        return client;
    }

    public void Use(string accessToken)
    {
        AccessToken = accessToken;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
    }

    /// <summary>Goes on with the tokens of a refresh.</summary>
    public void Renew(string accessToken, string refreshToken)
    {
        RefreshToken = refreshToken;
        Use(accessToken);
    }

    public Task<ApiAnswer> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) => SendAsync(HttpMethod.Get, path, null, expected);

    public Task<ApiAnswer> PostAsync(string path, JsonNode? body, HttpStatusCode expected = HttpStatusCode.Created) => SendAsync(HttpMethod.Post, path, body, expected);

    public Task<ApiAnswer> PutAsync(string path, JsonNode? body, HttpStatusCode expected = HttpStatusCode.OK) => SendAsync(HttpMethod.Put, path, body, expected);

    public Task<ApiAnswer> PatchAsync(string path, JsonNode? body, HttpStatusCode expected = HttpStatusCode.OK) => SendAsync(HttpMethod.Patch, path, body, expected);

    public Task<ApiAnswer> DeleteAsync(string path, HttpStatusCode expected = HttpStatusCode.NoContent) => SendAsync(HttpMethod.Delete, path, null, expected);

    public async Task<JsonObject> CreateTaskAsync(string title, JsonObject? more = null)
    {
        var body = more ?? [];
        body["title"] = title;
        return (await PostAsync("tasks", body)).Json;
    }

    /// <summary><c>/health</c>, which answers 503 with the same body when something critical is down.</summary>
    public async Task<(int Status, JsonObject Json)> SendHealthAsync()
    {
        using var response = await http.GetAsync("/health", TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject());
    }

    public Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, JsonNode? body, HttpStatusCode expected, CancellationToken? cancellationToken = null, params (string Name, string Value)[] headers) =>
        SendRawAsync(method, path, body?.ToJsonString(), expected, cancellationToken, headers);

    /// <summary>Sends a body as it is, well formed or not, and fails the test when the status is another.</summary>
    public async Task<ApiAnswer> SendRawAsync(
        HttpMethod method, string path, string? body, HttpStatusCode expected, CancellationToken? cancellationToken = null, params (string Name, string Value)[] headers)
    {
        var token = cancellationToken ?? TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/api/v1/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        // A client that sends what is refused for its size may otherwise find the connection closed before it has read the answer.
        request.Headers.ExpectContinue = expected == HttpStatusCode.RequestEntityTooLarge;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request, token);
        var text = await response.Content.ReadAsStringAsync(token);
        Assert.True(response.StatusCode == expected, $"{method} {path}: {(int)response.StatusCode} instead of {(int)expected}: {text}");
        if ((int)expected >= 400)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        return new ApiAnswer(text, response.Headers);
    }
}

/// <summary>What came back.</summary>
internal sealed record ApiAnswer(string Text, HttpResponseHeaders Headers)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string ETag => Headers.ETag!.ToString();

    public string? Cache => Headers.TryGetValues("X-Cache", out var values) ? values.Single() : null;

    /// <summary>The stable type of a problem, without its prefix.</summary>
    public string Problem => Json["type"]!.GetValue<string>()["urn:taskaspire:problem:".Length..];

    /// <summary>The message about a field.</summary>
    public string ErrorOf(string field) =>
        Json["errors"]?[field]?[0]?.GetValue<string>() ?? throw new InvalidOperationException($"No error of the field {field} in {Text}");
}
