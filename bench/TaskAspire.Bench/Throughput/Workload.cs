using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.Bench.Throughput;

/// <summary>What every contestant has to do: post this body so many times, so many at a time.</summary>
internal sealed class Workload(BenchReceiver receiver, int deliveries, int concurrency)
{
    /// <summary>Deliveries made before the clock starts.</summary>
    public const int WarmUp = 10_000;

    public BenchReceiver Receiver => receiver;

    public int Deliveries => deliveries;

    public int Concurrency => concurrency;

    /// <summary>The event of a task, as the API writes it.</summary>
    public byte[] Payload { get; } = JsonSerializer.SerializeToUtf8Bytes(new
    {
        @event = WebhookEventTypes.TaskCreated,
        timestamp = "2026-11-22T12:00:00.000Z",
        data = new
        {
            id = Guid.CreateVersion7(),
            title = "Prepare the quarterly report",
            description = "Numbers of all regions, with last year's beside them; graphs for the board.",
            status = "todo",
            priority = "high",
            dueDate = "2026-11-30T17:00:00.000Z",
            timeZone = "Europe/Berlin",
            tags = new[] { "finance", "quarterly" },
            createdAt = "2026-11-22T12:00:00.000Z",
            updatedAt = "2026-11-22T12:00:00.000Z",
            version = 1,
        },
    });

    /// <summary>The headers of a delivery; signed once, which is a favour to the others.</summary>
    public IReadOnlyDictionary<string, string> Headers()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var id = Guid.CreateVersion7();
        byte[] message = [.. Encoding.UTF8.GetBytes($"{id}.1795348800."), .. Payload];
        return new Dictionary<string, string>
        {
            ["webhook-id"] = id.ToString(),
            ["webhook-timestamp"] = "1795348800",
            ["webhook-signature"] = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, message)),
            ["X-Webhook-Signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(key, Payload)),
        };
    }
}
