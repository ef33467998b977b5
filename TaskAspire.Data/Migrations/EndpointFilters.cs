namespace TaskAspire.Data.Migrations;

/// <summary>The fan-out of events, with what endpoints may ask for: kinds of events, categories, tags, and to be left in peace for a while.</summary>
internal static class EndpointFilters
{
    /// <summary>As before it: see <see cref="OutboxTriggers.CreateFanOut"/>.</summary>
    public const string RestoreFanOut = """
        CREATE OR REPLACE FUNCTION fan_out_webhook_events() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_deliveries
                (event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, created_at)
            SELECT e.id, w.id, e.user_id, e.type, 0, 0, e.occurred_at, e.occurred_at, now()
            FROM new_events e
            JOIN webhook_endpoints w ON w.user_id = e.user_id
            WHERE CASE WHEN e.endpoint_id IS NULL THEN w.enabled AND e.type = ANY (w.events) ELSE w.id = e.endpoint_id END
            FOR KEY SHARE OF w;
            IF FOUND THEN
                PERFORM pg_notify('webhook_deliveries', '');
            END IF;
            RETURN NULL;
        END
        $$;
        DROP FUNCTION webhook_wants(webhook_endpoints, text, uuid, uuid[], text[]);
        """;

    /// <summary>
    /// One delivery for each endpoint an event is for, in the transaction that wrote the event. For a paused endpoint it is held; for
    /// one that was resumed, too, until those held before it are on their way.
    /// </summary>
    public const string FanOut = """
        CREATE FUNCTION webhook_wants(w webhook_endpoints, event_type text, task uuid, categories uuid[], tags text[]) RETURNS boolean
        LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT w.events && ARRAY[event_type, split_part(event_type, '.', 1) || '.*', '*']
               -- What is not about a task is not filtered by what tasks have.
               AND (task IS NULL
                    OR (w.category_ids = '{}' OR w.category_ids && categories) AND (w.tag_keys = '{}' OR w.tag_keys && tags))
        $$;
        CREATE OR REPLACE FUNCTION fan_out_webhook_events() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            pending boolean;
            held_behind boolean;
        BEGIN
            WITH wanted AS (
                SELECT e.id AS event_id, w.id AS endpoint_id, e.user_id, e.type, e.occurred_at, w.paused_at,
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
                SELECT event_id, endpoint_id, user_id, type, CASE WHEN held THEN 4 ELSE 0 END, 0, occurred_at, occurred_at, now()
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
