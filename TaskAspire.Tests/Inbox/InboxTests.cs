using System.Net;
using System.Net.Http.Json;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.Tests.Inbox;

public class InboxTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_dispatcher_sends_arrives_with_a_valid_signature()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        await using var watcher = await InboxWatcher.StartAsync(host.Http);
        var user = await database.AddUserAsync();
        var (endpoint, _) = await database.AddEndpointAsync(user, host.Url("/inbox/demo"));
        var ids = await database.AddEventsAsync(user, 1);
        await Eventually.TrueAsync(() => watcher.Deliveries.Count == 1, Token);

        var delivery = watcher.Deliveries[0];
        Assert.Equal((1, "200"), ((int)delivery["attempt"]!, (string?)delivery["answer"]));
        var arrival = delivery["arrival"]!;
        Assert.Equal(("demo", "task.created", ids[0].ToString(), endpoint.ToString()), ((string?)arrival["inbox"], (string?)arrival["event"], (string?)arrival["webhookId"], (string?)arrival["endpointId"]));
        Assert.Equal("valid", (string?)arrival["signature"]!["state"]);
        Assert.Equal($$"""{"event":"task.created","id":"{{ids[0]}}"}""", (string?)arrival["body"]);
        Assert.Contains(arrival["headers"]!.AsArray(), header => (string?)header!["name"] == "User-Agent" && ((string)header["value"]!).StartsWith("TaskAspire-Webhooks/", StringComparison.Ordinal));
        await database.CountAsync(1, "SELECT count(*) FROM webhook_deliveries WHERE state = 1");
    }

    [Theory]
    [InlineData("500", 500)]
    [InlineData("slow", null)]
    public async Task What_the_buttons_say_is_answered_once_and_the_same_event_comes_again(string answer, int? status)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        await using var watcher = await InboxWatcher.StartAsync(host.Http);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, host.Url("/inbox/demo"));
        await PlanAsync(host, answer, 1);
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_deliveries WHERE state = 1 AND attempt_count = 2");

        Assert.Equal([(1, answer), (2, "200")], watcher.Deliveries.Select(d => ((int)d["attempt"]!, (string)d["answer"]!)));
        Assert.All(watcher.Deliveries, d => Assert.Equal("valid", (string?)d["arrival"]!["signature"]!["state"]));
        Assert.Equal(1L, await database.ScalarAsync<long>(
            status is null
                ? "SELECT count(*) FROM webhook_attempts WHERE number = 1 AND error = 'timeout'"
                : "SELECT count(*) FROM webhook_attempts WHERE number = 1 AND status_code = 500"));
        Assert.Equal(0, (int)watcher.Plan!["count"]!);
    }

    [Fact]
    public async Task Gone_disables_the_endpoint()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, host.Url("/inbox/demo"));
        await PlanAsync(host, "410", 1);
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_endpoints WHERE NOT enabled AND disabled_reason = 'gone'");
    }

    [Fact]
    public async Task It_tells_good_signatures_from_bad_ones()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        await using var watcher = await InboxWatcher.StartAsync(host.Http);
        var (endpoint, secret) = await database.AddEndpointAsync(await database.AddUserAsync(), host.Url("/inbox/demo"));
        var previous = WebhookSecrets.Generate();
        await database.ExecuteAsync(
            "UPDATE webhook_endpoints SET previous_secret = @old, previous_secret_expires_at = now() + interval '1 hour' WHERE id = @id",
            ("old", database.Protect(previous)), ("id", endpoint));
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        Assert.Equal("valid", await StateAsync("demo", now, secret));
        Assert.Equal("valid", await StateAsync("demo", now, secret, previous));
        Assert.Equal("previous", await StateAsync("demo", now, previous));
        Assert.Equal("wrong", await StateAsync("demo", now, WebhookSecrets.Generate()));
        Assert.Equal("wrong", await StateAsync("demo", now - 360, secret));
        Assert.Equal("wrong", await StateAsync("demo", now));
        Assert.Equal("unknown", await StateAsync("other", now, secret));

        async Task<string?> StateAsync(string inbox, long timestamp, params string[] secrets)
        {
            var before = watcher.Deliveries.Count;
            await PostAsync(host, inbox, "{}"u8.ToArray(), ("webhook-id", Guid.NewGuid().ToString()), timestamp, secrets);
            await Eventually.TrueAsync(() => watcher.Deliveries.Count > before, Token);
            return (string?)watcher.Deliveries[^1]["arrival"]!["signature"]!["state"];
        }
    }

    [Fact]
    public async Task What_is_kept_is_bounded_and_can_be_cleared()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        await Task.WhenAll(Enumerable.Range(0, 205).Select(_ => PostAsync(host, "demo", "not json"u8.ToArray())));
        await using (var watcher = await InboxWatcher.StartAsync(host.Http))
        {
            await Eventually.TrueAsync(() => watcher.Deliveries.Count == 200, Token);
            Assert.Equal(Enumerable.Range(6, 200), watcher.Deliveries.Select(d => (int)d["number"]!));

            (await host.Http.DeleteAsync("/inbox/deliveries", Token)).EnsureSuccessStatusCode();
            await Eventually.TrueAsync(() => watcher.Starts == 2, Token);
        }

        await using var later = await InboxWatcher.StartAsync(host.Http);
        Assert.Empty(later.Deliveries);
        await PostAsync(host, "demo", new byte[256 * 1024 + 1], expected: HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("418", 1)]
    [InlineData("500", 101)]
    [InlineData("500", -1)]
    [InlineData(null, 1)]
    public async Task A_plan_that_makes_no_sense_is_refused(string? answer, int count)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        using var response = await host.Http.PutAsJsonAsync("/inbox/answer", new { answer, count }, Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task The_page_may_load_nothing_from_elsewhere_and_writes_no_markup()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        foreach (var file in new[] { "/inbox", "/inbox/inbox.css", "/inbox/inbox.js" })
        {
            using var response = await host.Http.GetAsync(file, Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.StartsWith("default-src 'self';", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            var text = await response.Content.ReadAsStringAsync(Token);
            Assert.DoesNotContain("//", text.Replace("// ", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_watches_does_not_hold_up_the_end()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        var host = new InboxHost(database);
        await using var watcher = await InboxWatcher.StartAsync(host.Http);
        var stopping = Task.Run(async () => await host.DisposeAsync(), Token);
        await watcher.Ended.WaitAsync(TimeSpan.FromSeconds(10), Token);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task It_is_not_there_outside_Development(string environment)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database, environment);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("/alive", Token)).StatusCode);
        foreach (var path in new[] { "/inbox", "/inbox/demo", "/inbox/stream", "/inbox/inbox.js" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(path, Token)).StatusCode);
        }

        await PostAsync(host, "demo", "{}"u8.ToArray(), expected: HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.PutAsJsonAsync("/inbox/answer", new { answer = "500", count = 1 }, Token)).StatusCode);
    }

    private static async Task PlanAsync(InboxHost host, string answer, int count)
    {
        using var response = await host.Http.PutAsJsonAsync("/inbox/answer", new { answer, count }, Token);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private static async Task PostAsync(
        InboxHost host, string inbox, byte[] body, (string Name, string Value)? id = null, long timestamp = 0, string[]? secrets = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/inbox/" + inbox) { Content = new ByteArrayContent(body) };
        if (id is { } given)
        {
            request.Headers.Add(given.Name, given.Value);
            request.Headers.Add("webhook-timestamp", timestamp.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (secrets is { Length: > 0 })
            {
                request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.OfMessage([.. secrets.Select(WebhookSecrets.SigningKey)], given.Value, timestamp, body));
            }
        }

        using var response = await host.Http.SendAsync(request, Token);
        Assert.Equal(expected, response.StatusCode);
    }
}
