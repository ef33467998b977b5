namespace TaskAspire.Data.Migrations;

/// <summary>
/// <see cref="EndpointFilters"/> had a delivery due when its event occurred, which the clock of the machine that wrote it says. One that was ahead by
/// minutes had its webhooks wait for as long: what is due is for the database's clock to say.
/// </summary>
internal static class DueByOneClock
{
    /// <summary>Due no later than now. Not earlier where the clocks agree, so that events of one transaction keep their order.</summary>
    public static readonly string Create = FanOut("least(e.occurred_at, clock_timestamp())");

    /// <summary>What it was before.</summary>
    public static readonly string Drop = FanOut("e.occurred_at");

    private static string FanOut(string dueAt) => $"""
        CREATE OR REPLACE FUNCTION fan_out_webhook_events() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            pending boolean;
            held_behind boolean;
        BEGIN
            WITH wanted AS (
                SELECT e.id AS event_id, w.id AS endpoint_id, e.user_id, e.type, {dueAt} AS due_at, w.paused_at,
                       w.paused_at IS NOT NULL OR EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = w.id AND d.state = 4) AS held
                FROM new_events e
                JOIN webhook_endpoints w ON w.user_id = e.user_id
                WHERE CASE WHEN e.endpoint_id IS NULL
                           THEN w.enabled AND webhook_wants(w, e.type, e.task_id, e.category_ids, e.tag_keys)
                           ELSE w.id = e.endpoint_id END
                -- An endpoint that is being deleted drops out here; without the lock its foreign key would fail the writer's transaction.
                FOR KEY SHARE OF w
            ), made AS (
                INSERT INTO webhook_deliveries
                    (event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, created_at)
                SELECT event_id, endpoint_id, user_id, type, CASE WHEN held THEN 4 ELSE 0 END, 0, due_at, due_at, now()
                FROM wanted
            )
            SELECT bool_or(NOT held), bool_or(held AND paused_at IS NULL) INTO pending, held_behind FROM wanted;
            IF pending THEN
                PERFORM pg_notify('webhook_deliveries', '');
            END IF;
            IF held_behind THEN
                PERFORM pg_notify('webhook_endpoints', '');
            END IF;
            RETURN NULL;
        END
        $$;
        """;
}
