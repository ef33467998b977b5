namespace TaskAspire.Data.Migrations;

/// <summary>
/// <see cref="DueByOneClock"/> asked for each event whether its endpoint has others that are held. PostgreSQL keeps the plan of that for as long as a connection
/// lives, and one made while the table was small reads it from end to end: an import of 50,000 tasks read a billion rows.
/// </summary>
internal static class HeldByEndpoint
{
    /// <summary>Asks once for each endpoint, however many events there are.</summary>
    public const string Create = """
        CREATE OR REPLACE FUNCTION fan_out_webhook_events() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            pending boolean;
            held_behind boolean;
        BEGIN
            WITH wanted AS (
                SELECT e.id AS event_id, w.id AS endpoint_id, e.user_id, e.type, least(e.occurred_at, clock_timestamp()) AS due_at, w.paused_at
                FROM new_events e
                JOIN webhook_endpoints w ON w.user_id = e.user_id
                WHERE CASE WHEN e.endpoint_id IS NULL
                           THEN w.enabled AND webhook_wants(w, e.type, e.task_id, e.category_ids, e.tag_keys)
                           ELSE w.id = e.endpoint_id END
                -- An endpoint that is being deleted drops out here; without the lock its foreign key would fail the writer's transaction.
                FOR KEY SHARE OF w
            ), behind AS MATERIALIZED (
                SELECT w.endpoint_id
                FROM (SELECT DISTINCT endpoint_id FROM wanted) w
                CROSS JOIN LATERAL (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.state = 4 LIMIT 1) held
            ), placed AS (
                SELECT *, paused_at IS NOT NULL OR endpoint_id IN (SELECT endpoint_id FROM behind) AS held FROM wanted
            ), made AS (
                INSERT INTO webhook_deliveries
                    (event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, created_at)
                SELECT event_id, endpoint_id, user_id, type, CASE WHEN held THEN 4 ELSE 0 END, 0, due_at, due_at, now()
                FROM placed
            )
            SELECT bool_or(NOT held), bool_or(held AND paused_at IS NULL) INTO pending, held_behind FROM placed;
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
