using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Deliveries;

namespace TaskAspire.WebhookDispatcher.Endpoints;

/// <summary>Keeps what is known of endpoints' health: counts failures, latches what fails many times in a row, disables what is gone.</summary>
internal sealed class EndpointHealth(IOptions<DispatcherOptions> options)
{
    private static readonly TimeSpan MinProbeInterval = TimeSpan.FromSeconds(1);

    // A success of an endpoint that had none to make good is nothing to write: the row is not touched.
    private const string Lock = """
        SELECT FROM webhook_endpoints
        WHERE id = ANY (@failed) OR (id = ANY (@succeeded) AND consecutive_failures > 0)
        ORDER BY id
        FOR NO KEY UPDATE
        """;

    // Probes lie apart by half the time it has been failing: soon after a short outage, rarely in a long one.
    private const string Update = """
        UPDATE webhook_endpoints w
        SET consecutive_failures = n.failures,
            failing_since = n.since,
            latched_until = CASE WHEN n.failures >= @latch_after
                THEN now() + least(greatest((now() - n.since) / 2, @min_probe), @max_probe) END
        FROM (
            SELECT e.id, r.failures AS batch_failures,
                   CASE WHEN r.success THEN r.failures ELSE e.consecutive_failures + r.failures END AS failures,
                   CASE WHEN r.failures = 0 THEN NULL WHEN r.success THEN now() ELSE coalesce(e.failing_since, now()) END AS since
            FROM unnest(@ids, @successes, @failures) AS r (id, success, failures)
            JOIN webhook_endpoints e ON e.id = r.id) n
        WHERE w.id = n.id AND (n.batch_failures > 0 OR w.consecutive_failures > 0)
        """;

    // What the owner has moved to another address is not gone, though the old one says so to what was on its way.
    private const string Disable = """
        UPDATE webhook_endpoints
        SET enabled = false,
            disabled_reason = CASE WHEN (id, url) IN (SELECT * FROM unnest(@gone, @gone_urls)) THEN 'gone' ELSE 'failing' END,
            disabled_at = now(),
            updated_at = now(),
            version = version + 1,
            latched_until = NULL
        WHERE id = ANY (@failed) AND enabled AND ((id, url) IN (SELECT * FROM unnest(@gone, @gone_urls)) OR failing_since <= now() - @disable_after)
        RETURNING id, user_id, url, disabled_reason, disabled_at
        """;

    private const string Tell = """
        INSERT INTO webhook_events (id, user_id, type, payload, occurred_at, trace_parent)
        SELECT id, user_id, @type, payload, occurred_at, @trace_parent
        FROM unnest(@ids, @users, @payloads, @times) AS e (id, user_id, payload, occurred_at)
        """;

    private readonly DispatcherOptions _options = options.Value;

    /// <summary>Locks the endpoints that are going to be written, in one order for all dispatchers.</summary>
    public static NpgsqlBatchCommand LockCommand(IReadOnlyList<EndpointTally> tallies)
    {
        var command = new NpgsqlBatchCommand(Lock);
        command.Parameters.AddWithValue("failed", Ids(tallies, tally => tally.FailuresInARow > 0));
        command.Parameters.AddWithValue("succeeded", Ids(tallies, tally => tally.AnySuccess));
        return command;
    }

    /// <summary>Counts a batch of attempts.</summary>
    public NpgsqlBatchCommand UpdateCommand(IReadOnlyList<EndpointTally> tallies)
    {
        var update = new NpgsqlBatchCommand(Update);
        update.Parameters.AddWithValue("ids", tallies.Select(tally => tally.EndpointId).ToArray());
        update.Parameters.AddWithValue("successes", tallies.Select(tally => tally.AnySuccess).ToArray());
        update.Parameters.AddWithValue("failures", tallies.Select(tally => tally.FailuresInARow).ToArray());
        update.Parameters.AddWithValue("latch_after", _options.LatchAfter);
        update.Parameters.AddWithValue("min_probe", MinProbeInterval);
        update.Parameters.AddWithValue("max_probe", _options.MaxProbeInterval);
        return update;
    }

    /// <summary>Disables the endpoints that are gone or have failed for too long, and writes <c>webhook.disabled</c> for their owners' other endpoints.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DisableAsync(NpgsqlConnection connection, IReadOnlyList<EndpointTally> tallies, CancellationToken cancellationToken)
    {
        var disabled = new List<DisabledEndpoint>();
        await using (var command = new NpgsqlCommand(Disable, connection))
        {
            command.Parameters.AddWithValue("gone", Ids(tallies, tally => tally.Gone is not null));
            command.Parameters.AddWithValue("gone_urls", tallies.Select(tally => tally.Gone).OfType<string>().ToArray());
            command.Parameters.AddWithValue("failed", Ids(tallies, tally => tally.FailuresInARow > 0));
            command.Parameters.AddWithValue("disable_after", _options.DisableAfter);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                disabled.Add(new DisabledEndpoint(
                    reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)));
            }
        }

        if (disabled.Count == 0)
        {
            return false;
        }

        // The endpoint is disabled by now, so the fan-out leaves it out.
        await using var tell = new NpgsqlCommand(Tell, connection);
        tell.Parameters.AddWithValue("type", WebhookEventTypes.WebhookDisabled);
        tell.Parameters.Add(new NpgsqlParameter("trace_parent", NpgsqlDbType.Varchar) { Value = (object?)Activity.Current?.Id ?? DBNull.Value });
        tell.Parameters.AddWithValue("ids", disabled.Select(_ => Guid.CreateVersion7()).ToArray());
        tell.Parameters.AddWithValue("users", disabled.Select(endpoint => endpoint.UserId).ToArray());
        tell.Parameters.AddWithValue("payloads", disabled.Select(e => WebhookPayload.ForDisabled(e.At, e.Id, e.Url, e.Reason)).ToArray());
        tell.Parameters.AddWithValue("times", disabled.Select(endpoint => endpoint.At.UtcDateTime).ToArray());
        await tell.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private static Guid[] Ids(IReadOnlyList<EndpointTally> tallies, Func<EndpointTally, bool> which) =>
        [.. tallies.Where(which).Select(tally => tally.EndpointId)];

    private sealed record DisabledEndpoint(Guid Id, Guid UserId, string Url, string Reason, DateTimeOffset At);
}
