using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.OpenApi;

/// <summary>
/// Requests drawn from the document: nothing a client sends is answered with 5xx, and every answer is one that the document knows.
/// A new route is asked without anybody having to remember it here.
/// </summary>
public sealed class RandomRequestTests(BackingServices services, ITestOutputHelper output)
{
    private const string CountVariable = "TASKASPIRE_RANDOM_REQUESTS";
    private const string SeedVariable = "TASKASPIRE_RANDOM_SEED";
    private const int DefaultCount = 3000;
    private const int Workers = 4;
    private const int MaxQuery = 6000;

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task No_request_makes_the_API_fail_or_say_what_is_not_documented()
    {
        var count = Number(CountVariable) ?? DefaultCount;
        var seed = Number(SeedVariable) ?? Random.Shared.Next();
        output.WriteLine($"{count} requests, {SeedVariable}={seed}");
        TestContext.Current.SendDiagnosticMessage($"{count} requests, {SeedVariable}={seed}");
        var api = await _api.GetAAsync();
        var document = JsonNode.Parse(await api.CreateAnonymous().Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken))!;

        var statuses = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker =>
            new Worker(api, document, new Random(seed + worker)).RunAsync(count / Workers, $"{SeedVariable}={seed}")));
        var seen = statuses.SelectMany(s => s).GroupBy(s => s).OrderBy(g => g.Key).Select(g => $"{g.Key}: {g.Count()}");
        output.WriteLine(string.Join(", ", seen));
        Assert.Contains(200, statuses.SelectMany(s => s));
        Assert.Contains(201, statuses.SelectMany(s => s));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed class Worker(ApiHost api, JsonNode document, Random random)
    {
        private readonly RandomValues _values = new(random, document);
        private readonly DocumentedAnswers _answers = new(document);
        private readonly List<(string Path, string Method, JsonObject Operation)> _operations =
            [.. from path in document["paths"]!.AsObject() from operation in path.Value!.AsObject() select (path.Key, operation.Key, operation.Value!.AsObject())];

        private ApiClient _user = null!;

        public async Task<List<int>> RunAsync(int count, string seed)
        {
            var token = TestContext.Current.CancellationToken;
            var statuses = new List<int>();
            _user = await api.CreateUserAsync(token);
            for (var i = 0; i < count; i++)
            {
                var (path, method, operation) = _values.OneOf(_operations);
                using var request = Draw(path, method, operation);
                var sent = $"{request.Method} {request.RequestUri} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync(token))}";
                using var response = await _user.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                var mediaType = response.Content.Headers.ContentType?.MediaType;
                // A stream has no end to wait for.
                var body = mediaType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync(token);
                var status = (int)response.StatusCode;
                var problem = status >= 500 ? body : await _answers.FindProblemAsync(path, method, status, mediaType, body);
                Assert.True(problem is null, $"{seed}, request {i}: {sent}\n{problem}");
                statuses.Add(status);
                await LearnAsync(request, response, mediaType, body, token);
            }

            return statuses;
        }

        private async Task LearnAsync(HttpRequestMessage request, HttpResponseMessage response, string? mediaType, string body, CancellationToken token)
        {
            if (response.IsSuccessStatusCode && mediaType == "application/json")
            {
                _values.Learn(JsonNode.Parse(body));
            }

            if (response.Headers.ETag is { } etag)
            {
                _values.LearnETag(request.RequestUri!.OriginalString, etag.ToString());
            }

            if (response.StatusCode == HttpStatusCode.Unauthorized && (await _user.Http.GetAsync("/api/v1/auth/me", token)).StatusCode == HttpStatusCode.Unauthorized)
            {
                // A request before this one logged out, or deleted the account.
                _user = await api.CreateUserAsync(token);
            }
        }

        private HttpRequestMessage Draw(string path, string method, JsonObject operation)
        {
            var request = new HttpRequestMessage { Method = HttpMethod.Parse(method.ToUpperInvariant()) };
            var query = new StringBuilder();
            var address = path;
            foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            {
                var name = parameter!["name"]!.GetValue<string>();
                switch (parameter["in"]!.GetValue<string>())
                {
                    case "path":
                        address = address.Replace($"{{{name}}}", Segment(_values.Text(parameter, path)), StringComparison.Ordinal);
                        break;
                    case "query" when _values.Chance(15):
                        AddToQuery(query, name, parameter);
                        break;
                }
            }

            // A line of more than 8 KiB is refused by the server, before there is a request.
            request.RequestUri = new Uri(address + (query.Length < MaxQuery ? query : ""), UriKind.Relative);
            foreach (var parameter in operation["parameters"]?.AsArray().Where(p => p!["in"]!.GetValue<string>() == "header" && _values.Chance(25)) ?? [])
            {
                request.Headers.TryAddWithoutValidation(parameter!["name"]!.GetValue<string>(), Visible(_values.Text(parameter, request.RequestUri.OriginalString)));
            }

            if (operation["requestBody"]?["content"] is JsonObject content)
            {
                var (type, media) = _values.OneOf([.. content]);
                request.Content = Body(type, media!);
            }

            return request;
        }

        private void AddToQuery(StringBuilder query, string name, JsonNode parameter)
        {
            var value = _values.Of(parameter["schema"]!);
            foreach (var item in value is JsonArray items ? items.Take(5) : [value])
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(Storable(item is JsonValue text ? text.ToString() : "")));
            }
        }

        private StringContent? Body(string type, JsonNode media)
        {
            if (_values.Chance(2))
            {
                return null;
            }

            var text = type.EndsWith("json", StringComparison.Ordinal)
                ? JsonSerializer.Serialize(_values.Of(media["schema"]!))
                : Storable(_values.OneOf(["title\nOne\n", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "\"", ""]));
            if (_values.Chance(2))
            {
                text = text[..random.Next(text.Length + 1)];
            }

            return new StringContent(text, Encoding.UTF8, _values.Chance(98) ? type : "text/plain");
        }

        /// <summary>Control characters and dots would be the business of the server or of the client, not of the API.</summary>
        private static string Segment(string text) =>
            Uri.EscapeDataString(new string([.. Storable(text).Where(c => !char.IsControl(c) && c is not ('.' or '/'))]) is { Length: > 0 } segment ? segment : "x");

        private static string Storable(string text) => new([.. text.Select(c => char.IsSurrogate(c) ? '?' : c)]);

        private static string Visible(string text) => new([.. text.Where(c => c is >= ' ' and <= '~')]);
    }
}
