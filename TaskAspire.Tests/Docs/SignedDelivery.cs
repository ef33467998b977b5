using System.Globalization;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.Tests.Docs;

/// <summary>What a receiver has before it, and what it should think of it.</summary>
internal sealed record SignedDelivery(string Name, string Secret, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool Genuine, bool BodyGenuine)
{
    public const string SharedSecret = "a shared secret, with ümlauts";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public override string ToString() => Name;

    /// <summary>Deliveries that the dispatcher made, and what an attacker could make of them.</summary>
    public static async Task<IReadOnlyList<SignedDelivery>> CaptureAsync(BackingServices backing)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:SharedSecret", SharedSecret));
        var user = await database.AddUserAsync();
        var (_, secret) = await database.AddEndpointAsync(user, receiver.Url("/own"));
        var (rotated, newSecret) = await database.AddEndpointAsync(user, receiver.Url("/rotated"));
        var oldSecret = WebhookSecrets.Generate();
        await database.ExecuteAsync(
            "UPDATE webhook_endpoints SET previous_secret = @old, previous_secret_expires_at = now() + interval '1 hour' WHERE id = @id",
            ("old", database.Protect(oldSecret)), ("id", rotated));
        var (shared, _) = await database.AddEndpointAsync(user, receiver.Url("/shared"));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET use_shared_secret = true, secret = NULL WHERE id = @id", ("id", shared));
        await database.ExecuteAsync(
            "INSERT INTO webhook_events (id, user_id, type, payload, occurred_at) VALUES (@id, @user, 'task.reminder', @payload, now())",
            ("id", Guid.CreateVersion7()), ("user", user),
            ("payload", WebhookPayload.ForDueTask(WebhookEventTypes.TaskReminder, DateTimeOffset.UtcNow, Guid.CreateVersion7(), "Wäsche 🧺 \"60 °C\"", null, user)));
        await Eventually.TrueAsync(() => receiver.Received.Count == 3, Token);

        var real = new SignedDelivery("genuine", secret, Of(receiver, "/own"), receiver.Received.First().Body, true, true);
        var changed = real.Body.ToArray();
        changed[^3] ^= 1;
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return
        [
            real,
            real with { Name = "rotated, new secret", Secret = newSecret, Headers = Of(receiver, "/rotated") },
            real with { Name = "rotated, old secret", Secret = oldSecret, Headers = Of(receiver, "/rotated"), BodyGenuine = false },
            real with { Name = "shared secret", Secret = SharedSecret, Headers = Of(receiver, "/shared") },
            real with { Name = "changed body", Body = changed, Genuine = false, BodyGenuine = false },
            real with { Name = "wrong secret", Secret = WebhookSecrets.Generate(), Genuine = false, BodyGenuine = false },
            real.With("webhook-id", Guid.CreateVersion7().ToString()),
            real.With("webhook-timestamp", (long.Parse(real.Headers["webhook-timestamp"], CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture)),
            real.With("webhook-timestamp", "yesterday"),
            real.With("webhook-signature", "v1, v1,ü v2,"),
            real.SignedAt(now - 240) with { Name = "4 minutes old", Genuine = true },
            real.SignedAt(now - 360) with { Name = "6 minutes old" },
            real.SignedAt(now + 360) with { Name = "6 minutes ahead" },
            real with { Name = "not signed", Headers = new Dictionary<string, string>(), Genuine = false, BodyGenuine = false },
        ];
    }

    private static Dictionary<string, string> Of(WebhookReceiver receiver, string path)
    {
        string[] names = ["webhook-id", "webhook-timestamp", "webhook-signature", "X-Webhook-Signature"];
        var webhook = receiver.Received.Single(received => received.Path == path);
        return names.ToDictionary(name => name, name => webhook.Headers[name]);
    }

    private SignedDelivery With(string header, string value) =>
        this with { Name = $"{header}: {value}", Headers = new Dictionary<string, string>(Headers) { [header] = value }, Genuine = false };

    private SignedDelivery SignedAt(long timestamp) => this with
    {
        Headers = new Dictionary<string, string>(Headers)
        {
            ["webhook-timestamp"] = timestamp.ToString(CultureInfo.InvariantCulture),
            ["webhook-signature"] = WebhookSignature.OfMessage([WebhookSecrets.SigningKey(Secret)], Headers["webhook-id"], timestamp, Body),
        },
        Genuine = false,
    };
}
