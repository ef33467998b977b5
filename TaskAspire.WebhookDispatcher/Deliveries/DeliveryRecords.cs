using System.Data;
using Npgsql;
using NpgsqlTypes;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Endpoints;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>
/// Writes results back: a batch in one transaction, whatever its size. Only where the lease still stands; a result that comes after another
/// dispatcher took the delivery up is left out, and that one's counts.
/// </summary>
internal sealed class DeliveryRecords(NpgsqlDataSource database, EndpointHealth endpoints)
{
    // Only what is pending has a lease. To ask for that, too, would let the planner go through all that is pending.
    private const string Record = """
        WITH results AS (
            SELECT * FROM unnest(@ids, @leases, @states, @delays, @started, @durations, @statuses, @errors, @messages, @sent, @answered, @bodies)
                AS r (id, lease_id, state, delay, started_at, duration_ms, status_code, error, error_message, request_headers, response_headers, response_body)
        ), recorded AS (
            UPDATE webhook_deliveries d
            SET state = r.state,
                attempt_count = d.attempt_count + 1,
                next_attempt_at = CASE WHEN r.state = 0 THEN now() + r.delay ELSE d.next_attempt_at END,
                completed_at = CASE WHEN r.state = 0 THEN NULL ELSE now() END,
                last_status_code = r.status_code,
                last_error = r.error_message,
                lease_id = NULL,
                lease_expires_at = NULL
            FROM results r
            WHERE d.id = r.id AND d.lease_id = r.lease_id
            RETURNING d.id, d.attempt_count
        )
        INSERT INTO webhook_attempts
            (id, delivery_id, number, started_at, duration_ms, status_code, error, error_message, request_headers, response_headers, response_body)
        SELECT uuid_v7(), d.id, d.attempt_count, r.started_at, r.duration_ms, r.status_code, r.error, r.error_message,
               r.request_headers, r.response_headers, r.response_body
        FROM recorded d
        JOIN results r ON r.id = d.id
        """;

    private const string Leases = "SELECT id, lease_id FROM webhook_deliveries WHERE id = ANY (@ids) AND lease_id IS NOT NULL";

    private const string GiveBack = """
        UPDATE webhook_deliveries d
        SET lease_id = NULL, lease_expires_at = NULL, next_attempt_at = greatest(d.next_attempt_at, now() + r.delay)
        FROM unnest(@ids, @leases, @delays) AS r (id, lease_id, delay)
        WHERE d.id = r.id AND d.lease_id = r.lease_id
        """;

    // Another dispatcher may be idle, and would otherwise find these only at its next sweep.
    private const string Wake = "SELECT pg_notify('webhook_deliveries', '')";

    /// <summary>Writes a batch.</summary>
    /// <returns>How many attempts were left out because their lease had ended, whether an endpoint has begun, gone on or ceased to fail, and whether one was disabled.</returns>
    public async Task<(int LeaseLost, bool HealthChanged, bool EndpointDisabled)> WriteAsync(IReadOnlyList<DeliveryResult> results, CancellationToken cancellationToken)
    {
        var standing = results;
        (bool HealthChanged, bool EndpointDisabled)? written;
        while ((written = await TryWriteAsync(standing, cancellationToken)) is null)
        {
            standing = await StandingAsync(standing, cancellationToken);
        }

        return (results.Count - standing.Count, written.Value.HealthChanged, written.Value.EndpointDisabled);
    }

    /// <summary>Writes a batch whose leases all stand.</summary>
    /// <returns>Null when one had ended, and nothing was written: what is not recorded must not count in sums and health, which are made of the whole batch.</returns>
    private async Task<(bool HealthChanged, bool EndpointDisabled)?> TryWriteAsync(IReadOnlyList<DeliveryResult> results, CancellationToken cancellationToken)
    {
        var attempts = results.Where(result => result.Outcome is not null).ToList();
        var givenBack = results.Where(result => result.Outcome is null).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var healthChanged = false;
        var disabled = false;
        if (attempts.Count > 0)
        {
            var tallies = EndpointTally.Of(attempts);
            var record = RecordCommand(attempts);
            var update = endpoints.UpdateCommand(tallies);
            // Endpoints are locked before deliveries, as whoever disables or deletes an endpoint does.
            await using (var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    EndpointHealth.LockCommand(tallies),
                    AttemptTallies.Command(attempts),
                    new NpgsqlBatchCommand(DeliveryClaims.ByIndexOnly),
                    record,
                    update,
                },
            })
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }

            if (record.RecordsAffected < attempts.Count)
            {
                return null;
            }

            healthChanged = update.RecordsAffected > 0;
            disabled = tallies.Any(tally => tally.FailuresInARow > 0) && await endpoints.DisableAsync(connection, tallies, cancellationToken);
        }

        if (givenBack.Count > 0)
        {
            await using var batch = GiveBackBatch(connection, givenBack);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return (healthChanged, disabled);
    }

    private async Task<IReadOnlyList<DeliveryResult>> StandingAsync(IReadOnlyList<DeliveryResult> results, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Leases);
        command.Parameters.AddWithValue("ids", results.Select(result => result.Delivery.Id).ToArray());
        var leases = new Dictionary<Guid, Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            leases.Add(reader.GetGuid(0), reader.GetGuid(1));
        }

        return [.. results.Where(result => result.Outcome is null || leases.GetValueOrDefault(result.Delivery.Id) == result.Delivery.Lease.Id)];
    }

    /// <summary>The state after an attempt.</summary>
    public static WebhookDeliveryState StateAfter(DeliveryResult result) =>
        result.Outcome!.IsSuccess ? WebhookDeliveryState.Delivered
        : result.RetryIn is null ? WebhookDeliveryState.Dead
        : WebhookDeliveryState.Pending;

    /// <summary>The statement that records attempts, whose leases still stand.</summary>
    internal static NpgsqlBatchCommand RecordCommand(IReadOnlyList<DeliveryResult> attempts)
    {
        var command = new NpgsqlBatchCommand(Record);
        command.Parameters.AddWithValue("ids", attempts.Select(r => r.Delivery.Id).ToArray());
        command.Parameters.AddWithValue("leases", attempts.Select(r => r.Delivery.Lease.Id).ToArray());
        command.Parameters.AddWithValue("states", attempts.Select(r => (short)StateAfter(r)).ToArray());
        command.Parameters.AddWithValue("delays", attempts.Select(r => r.RetryIn ?? TimeSpan.Zero).ToArray());
        command.Parameters.AddWithValue("started", attempts.Select(r => r.Outcome!.StartedAt.UtcDateTime).ToArray());
        command.Parameters.AddWithValue("durations", attempts.Select(r => (int)Math.Ceiling(r.Outcome!.Duration.TotalMilliseconds)).ToArray());
        command.Parameters.AddWithValue("statuses", NpgsqlDbType.Array | NpgsqlDbType.Integer, attempts.Select(r => r.Outcome!.StatusCode).ToArray());
        command.Parameters.AddWithValue("errors", NpgsqlDbType.Array | NpgsqlDbType.Text, attempts.Select(r => r.Outcome!.Error).ToArray());
        command.Parameters.AddWithValue("messages", NpgsqlDbType.Array | NpgsqlDbType.Text, attempts.Select(r => Cut(r.Outcome!.Message)).ToArray());
        command.Parameters.AddWithValue("sent", NpgsqlDbType.Array | NpgsqlDbType.Text, attempts.Select(r => r.Outcome!.RequestHeaders).ToArray());
        command.Parameters.AddWithValue("answered", NpgsqlDbType.Array | NpgsqlDbType.Text, attempts.Select(r => r.Outcome!.ResponseHeaders).ToArray());
        command.Parameters.AddWithValue("bodies", NpgsqlDbType.Array | NpgsqlDbType.Text, attempts.Select(r => r.Outcome!.ResponseBody).ToArray());
        return command;
    }

    private static NpgsqlBatch GiveBackBatch(NpgsqlConnection connection, List<DeliveryResult> givenBack)
    {
        var giveBack = new NpgsqlBatchCommand(GiveBack);
        giveBack.Parameters.AddWithValue("ids", givenBack.Select(r => r.Delivery.Id).ToArray());
        giveBack.Parameters.AddWithValue("leases", givenBack.Select(r => r.Delivery.Lease.Id).ToArray());
        giveBack.Parameters.AddWithValue("delays", NpgsqlDbType.Array | NpgsqlDbType.Interval, givenBack.Select(r => r.RetryIn).ToArray());
        return new NpgsqlBatch(connection) { BatchCommands = { giveBack, new NpgsqlBatchCommand(Wake) } };
    }

    // What the TLS library says is part of some messages. What PostgreSQL does not take would have all of the batch refused, again and again.
    private static string? Cut(string? message) => message?.Replace("\0", "", StringComparison.Ordinal).CutTo(WebhookAttempt.ErrorMessageMaxLength);
}
