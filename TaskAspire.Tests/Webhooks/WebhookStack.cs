using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Webhooks;

/// <summary>The API, a receiver, and dispatchers when a test starts them, on a database of the test's own.</summary>
internal sealed class WebhookStack : IAsyncDisposable
{
    private readonly RedisLease _redis;
    private readonly List<DispatcherHost> _dispatchers = [];

    private WebhookStack(string database, RedisLease redis, ApiHost api, WebhookReceiver receiver)
    {
        _redis = redis;
        Api = api;
        Receiver = receiver;
        Database = DispatcherDatabase.Of(database);
    }

    public ApiHost Api { get; }

    public WebhookReceiver Receiver { get; }

    public DispatcherDatabase Database { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<WebhookStack> CreateAsync(BackingServices services, params (string Key, string? Value)[] settings)
    {
        var database = await services.CreateTaskDatabaseAsync(Token);
        var redis = await services.RentRedisAsync(Token);
        var api = new ApiHost(database, redis.ConnectionString, settings: settings.ToDictionary(s => s.Key, s => s.Value));
        return new WebhookStack(database, redis, api, await WebhookReceiver.StartAsync());
    }

    public Task<ApiClient> CreateUserAsync() => Api.CreateUserAsync(Token);

    public async Task StartDispatcherAsync(params (string Key, string? Value)[] settings) =>
        _dispatchers.Add(await DispatcherHost.StartAsync(Database.ConnectionString, null, settings));

    /// <summary>An endpoint of this receiver.</summary>
    public async Task<JsonObject> AddEndpointAsync(ApiClient user, string events = "*", string path = "/hook", JsonObject? more = null)
    {
        var body = more ?? [];
        body["url"] = Receiver.Url(path);
        body["events"] = new JsonArray([.. events.Split(' ').Select(e => JsonValue.Create(e))]);
        return (await user.PostAsync("webhooks", body)).Json;
    }

    /// <summary>Deliveries of an endpoint, newest first.</summary>
    public static async Task<JsonArray> DeliveriesAsync(ApiClient user, JsonNode? endpoint, string query = "limit=100") =>
        (await user.GetAsync($"webhooks/{endpoint}/deliveries?{query}")).Json["items"]!.AsArray();

    /// <summary>Waits until an endpoint has as many deliveries in a state.</summary>
    public static Task StateAsync(ApiClient user, JsonNode? endpoint, string state, int count) => Eventually.TrueAsync(
        async () => (await DeliveriesAsync(user, endpoint, $"limit=100&state={state}")).Count == count, Token);

    public async ValueTask DisposeAsync()
    {
        foreach (var dispatcher in _dispatchers)
        {
            await dispatcher.DisposeAsync();
        }

        await Receiver.DisposeAsync();
        await Api.DisposeAsync();
        await Database.DisposeAsync();
        await _redis.DisposeAsync();
    }
}

internal static class WebhookAnswers
{
    public static Task<ApiAnswer> ActAsync(this ApiClient user, string path, HttpStatusCode expected = HttpStatusCode.Accepted, JsonNode? body = null) =>
        user.PostAsync(path, body, expected);
}
