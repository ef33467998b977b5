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

    /// <summary>Operations that need what no document tells: a password, a token, a delivery that was made.</summary>
    private static readonly string[] NeedMore =
    [
        "post /api/v1/auth/login", "post /api/v1/auth/refresh", "post /api/v1/auth/password", "delete /api/v1/auth/me", "post /api/v1/webhook-deliveries/{id}/redeliver",
    ];

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

        var answers = await DocumentedAnswers.ReadAsync(document);
        var seen = (await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker =>
            new Worker(api, document, answers, new Random(seed + worker)).RunAsync(count / Workers, $"{SeedVariable}={seed}")))).SelectMany(s => s).ToList();
        output.WriteLine(string.Join(", ", seen.GroupBy(s => s.Status).OrderBy(g => g.Key).Select(g => $"{g.Key}: {g.Count()}")));
        var unreached = seen.GroupBy(s => s.Operation).Where(g => g.All(s => s.Status >= 400)).Select(g => g.Key).Except(NeedMore).Order().ToList();
        output.WriteLine($"Never successful: {string.Join(", ", unreached)}");
        Assert.Contains(200, seen.Select(s => s.Status));
        Assert.Contains(201, seen.Select(s => s.Status));
        // Of a thousand requests to each operation, some must have been right.
        Assert.True(count < 50_000 || unreached.Count == 0, $"Never successful: {string.Join(", ", unreached)}");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed class Worker(ApiHost api, JsonNode document, DocumentedAnswers answers, Random random)
    {
        /// <summary>What ends a session, an account or all webhooks' peace: now and then, not all the time.</summary>
        private static readonly string[] Endings = ["/auth/logout", "/auth/sessions", "/auth/password", "/tasks/trash"];

        /// <summary>The API is to say what is too deep, not the test.</summary>
        private static readonly JsonSerializerOptions AnyDepth = new() { MaxDepth = 1000 };

        private readonly RandomValues _values = new(random, document);
        private readonly List<(string Path, string Method, JsonObject Operation)> _operations =
            [.. from path in document["paths"]!.AsObject() from operation in path.Value!.AsObject() select (path.Key, operation.Key, operation.Value!.AsObject())];

        private ApiClient _user = null!;

        public async Task<List<(string Operation, int Status)>> RunAsync(int count, string seed)
        {
            var token = TestContext.Current.CancellationToken;
            var statuses = new List<(string Operation, int Status)>(count);
            _user = await api.CreateUserAsync(token);
            for (var i = 0; i < count; i++)
            {
                var (path, method, operation) = _values.OneOf(_operations);
                if ((method == "delete" && path.EndsWith("/auth/me", StringComparison.Ordinal) || Endings.Any(e => path.EndsWith(e, StringComparison.Ordinal))) && _values.Chance(80))
                {
                    (path, method, operation) = _values.OneOf(_operations);
                }

                using var request = Draw(path, method, operation);
                var sent = $"{request.Method} {request.RequestUri} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync(token))}";
                using var response = await _user.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                var mediaType = response.Content.Headers.ContentType?.MediaType;
                // A stream has no end to wait for.
                var body = mediaType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync(token);
                var status = (int)response.StatusCode;
                var problem = status >= 500 ? body : answers.FindProblem(
                    path, method, status, mediaType, body, response.Headers.Concat(response.Content.Headers).Select(h => h.Key));
                Assert.True(problem is null, $"{seed}, request {i}: {sent}\n{problem}");
                statuses.Add(($"{method} {path}", status));
                await LearnAsync(path, request, response, mediaType, body, token);
            }

            return statuses;
        }

        private async Task LearnAsync(string path, HttpRequestMessage request, HttpResponseMessage response, string? mediaType, string body, CancellationToken token)
        {
            if (response.IsSuccessStatusCode && mediaType == "application/json")
            {
                // What a request made may be of another kind than what it was sent to.
                _values.Learn(JsonNode.Parse(body), RandomValues.KindOf(response.Headers.Location?.OriginalString ?? path));
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
                        AddToQuery(query, path, name, parameter);
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

        private void AddToQuery(StringBuilder query, string path, string name, JsonNode parameter)
        {
            string[] values = parameter["schema"]!["type"] is JsonValue type && type.ToString() == "array" && _values.Of(parameter["schema"]!) is JsonArray items
                ? [.. items.Take(5).Select(item => item is JsonValue text ? text.ToString() : "")]
                : [_values.Text(parameter, path)];
            foreach (var value in values)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(Storable(value)));
            }
        }

        private StringContent? Body(string type, JsonNode media)
        {
            if (_values.Chance(2))
            {
                return null;
            }

            var text = type.EndsWith("json", StringComparison.Ordinal)
                ? JsonSerializer.Serialize(_values.Body(media), AnyDepth)
                : Storable(_values.OneOf([media["example"]?.GetValue<string>() ?? "", "title\nOne\n", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "\"", ""]));
            if (_values.Chance(3) && text.Length > 0)
            {
                var place = random.Next(text.Length);
                text = _values.OneOf([text[..place], text.Insert(place, "\u0000"), text.Insert(place, "\""), text + text, text.Remove(place, 1)]);
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
