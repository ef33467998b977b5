using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TaskAspire.Standalone.Processes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.EndToEnd;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Telemetry;

/// <summary>
/// Both services as <c>./run</c> starts them, under a load that touches everything there are metrics of, failures included, and the
/// stack's own Prometheus (where it is installed) that scrapes them.
/// </summary>
public sealed class ObservedSystem(BackingServices services) : IAsyncLifetime
{
    private const int Readers = 40;

    private readonly TestDirectory _directory = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private HttpClient _client = null!;
    private Task _load = Task.CompletedTask;
    private StackProcess _stack = null!;
    private WebhookReceiver _receiver = null!;
    private SeverableProxy _network = null!;
    private RedisLease _redis = null!;

    /// <summary>Whether there is a Prometheus.</summary>
    public static bool HasPrometheus => Executables.Find("prometheus") is not null;

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        _network = SeverableProxy.ToDatabase(await services.CreateTaskDatabaseAsync(token), out var database);
        _redis = await services.RentRedisAsync(token);
        _receiver = await WebhookReceiver.StartAsync();
        _receiver.Answer = (context, webhook) =>
        {
            context.Response.StatusCode = webhook.Path switch { "/gone" => StatusCodes.Status410Gone, "/fails" => StatusCodes.Status500InternalServerError, _ => StatusCodes.Status204NoContent };
            return Task.CompletedTask;
        };
        _stack = await StackProcess.StartAsync(
            _directory.Path,
            ["--no-dashboard", "--postgres", database, "--redis", _redis.ConnectionString],
            [("RateLimiting__Enabled", "false")],
            token);
        _client = new HttpClient { BaseAddress = _stack.Api, Timeout = TimeSpan.FromSeconds(30) };
        _load = LoadAsync(await PrepareAsync(token), _ending.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _load;
        await _stack.DisposeAsync();
        await _receiver.DisposeAsync();
        await _network.DisposeAsync();
        await _redis.DisposeAsync();
        _client.Dispose();
        _http.Dispose();
        _ending.Dispose();
        _directory.Dispose();
    }

    /// <summary>What a service exposes now.</summary>
    /// <param name="part">Its name in the stack's table.</param>
    public Task<string> MetricsAsync(string part) => _http.GetStringAsync(new Uri(_stack.Address(part), "/metrics"), TestContext.Current.CancellationToken);

    /// <summary>What Prometheus answers to a query, or what it says is wrong with it.</summary>
    public async Task<JsonNode> QueryAsync(string query) => await AskAsync($"query?query={Uri.EscapeDataString(query)}");

    /// <summary>What a route of Prometheus's API answers.</summary>
    public async Task<JsonNode> AskAsync(string route)
    {
        using var response = await _http.GetAsync(new Uri(_stack.Address("Prometheus"), "/api/v1/" + route), TestContext.Current.CancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>A user with three webhooks.</summary>
    private async Task<ApiClient> PrepareAsync(CancellationToken cancellationToken)
    {
        // The database is behind a proxy of this process, which runs other tests, too: while it stands still, the API says that there is no database.
        using var patient = new HttpClient(new SendAgainHandler(new SocketsHttpHandler())) { BaseAddress = _stack.Api, Timeout = TimeSpan.FromMinutes(1) };
        var user = new ApiClient(patient);
        await user.RegisterAndLogInAsync(cancellationToken);
        foreach (var path in new[] { "/hook", "/fails", "/gone" })
        {
            var webhook = new JsonObject { ["url"] = _receiver.Url(path), ["events"] = new JsonArray("task.created", "task.reminder") };
            await user.SendAsync(HttpMethod.Post, "webhooks", webhook, HttpStatusCode.Created, cancellationToken);
        }

        return user.On(_client);
    }

    private async Task LoadAsync(ApiClient user, CancellationToken cancellationToken)
    {
        var stream = ListenAsync(user.Http, cancellationToken);
        for (var round = 0; !cancellationToken.IsCancellationRequested; round++)
        {
            try
            {
                // Once is enough of it: a query of its failures looks a minute back.
                if (round % 10 == 1)
                {
                    _network.Cut();
                }

                await RoundAsync(user, cancellationToken);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // What was cut, or the end.
            }
            finally
            {
                if (round % 10 == 1)
                {
                    _network.Mend();
                }
            }
        }

        await stream;
    }

    private static async Task RoundAsync(ApiClient user, CancellationToken cancellationToken)
    {
        // More at a time than the pool has connections, none from the cache: some wait.
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(i => AskAnythingAsync(user.Http, HttpMethod.Get, $"/api/v1/tasks?search=plant{i}", null, cancellationToken)));
        await AskAnythingAsync(user.Http, HttpMethod.Get, "/api/v1/tasks", null, cancellationToken);
        await AskAnythingAsync(user.Http, HttpMethod.Get, "/api/v1/tasks", null, cancellationToken);
        var reminder = new JsonObject { ["at"] = DateTimeOffset.UtcNow.AddSeconds(0.5).ToString("O") };
        await AskAnythingAsync(
            user.Http, HttpMethod.Post, "/api/v1/tasks", new JsonObject { ["title"] = "Water the plants", ["reminders"] = new JsonArray(reminder) }, cancellationToken);
    }

    /// <summary>Asks, whatever the answer.</summary>
    private static async Task AskAnythingAsync(HttpClient http, HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body.ToJsonString(JsonSerializerOptions.Web), null, "application/json") };
        using var response = await http.SendAsync(request, cancellationToken);
    }

    private static async Task ListenAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/api/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // The end.
        }
    }
}
