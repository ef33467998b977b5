namespace TaskAspire.Data.Migrations;

/// <summary>
/// What the first migration adds by hand: functions and triggers, which EF Core's model does not know.
/// A later change to one of them is a new migration with <c>CREATE OR REPLACE</c>; this text stays as it is.
/// </summary>
internal static class OutboxTriggers
{
    /// <summary>UUIDv7 (RFC 9562 §5.7) on servers before PostgreSQL 18, which brings its own.</summary>
    public const string CreateUuidV7 = """
        CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
            -- A random UUID whose first 48 bits become Unix milliseconds and whose version bits become 0111.
            SELECT encode(
                set_bit(set_bit(
                    overlay(uuid_send(gen_random_uuid())
                        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                        FROM 1 FOR 6),
                    52, 1), 53, 1),
                'hex')::uuid
        $$;
        """;

    /// <summary>
    /// One delivery for each endpoint an event is for, in the transaction that wrote the event. The dispatcher is woken only when
    /// there is something for it, and once a transaction (PostgreSQL folds equal notifications).
    /// </summary>
    public const string CreateFanOut = """
        CREATE FUNCTION fan_out_webhook_events() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO webhook_deliveries
                (event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, created_at)
            SELECT e.id, w.id, e.user_id, e.type, 0, 0, e.occurred_at, e.occurred_at, now()
            FROM new_events e
            JOIN webhook_endpoints w ON w.user_id = e.user_id
            WHERE CASE WHEN e.endpoint_id IS NULL THEN w.enabled AND e.type = ANY (w.events) ELSE w.id = e.endpoint_id END
            -- An endpoint that is being deleted drops out here; without the lock its foreign key would fail the writer's transaction.
            FOR KEY SHARE OF w;
            IF FOUND THEN
                PERFORM pg_notify('webhook_deliveries', '');
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER fan_out_webhook_events
            AFTER INSERT ON webhook_events REFERENCING NEW TABLE AS new_events
            FOR EACH STATEMENT EXECUTE FUNCTION fan_out_webhook_events();
        """;

    /// <summary>
    /// Tells dispatchers of a reminder or due date that may lie before the next time they look by themselves, which is at
    /// least every minute. Nothing is sent along, so that many at once fold into one notification.
    /// </summary>
    public const string CreateWakeUps = """
        CREATE FUNCTION wake_for_due_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('due_times', '');
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER wake_for_inserted_reminder
            AFTER INSERT ON task_reminders
            FOR EACH ROW WHEN (NEW.fire_at < now() + interval '1 minute') EXECUTE FUNCTION wake_for_due_time();
        CREATE TRIGGER wake_for_moved_reminder
            AFTER UPDATE ON task_reminders
            FOR EACH ROW WHEN (NEW.fire_at < now() + interval '1 minute' AND NEW.fire_at IS DISTINCT FROM OLD.fire_at) EXECUTE FUNCTION wake_for_due_time();
        CREATE TRIGGER wake_for_inserted_task
            AFTER INSERT ON tasks
            FOR EACH ROW WHEN (NEW.overdue_at < now() + interval '1 minute') EXECUTE FUNCTION wake_for_due_time();
        CREATE TRIGGER wake_for_moved_task
            AFTER UPDATE ON tasks
            FOR EACH ROW WHEN (NEW.overdue_at < now() + interval '1 minute' AND NEW.overdue_at IS DISTINCT FROM OLD.overdue_at) EXECUTE FUNCTION wake_for_due_time();
        """;

    /// <summary>Undoes all three; to be run when the tables are gone.</summary>
    public const string Drop = """
        DROP FUNCTION wake_for_due_time();
        DROP FUNCTION fan_out_webhook_events();
        DROP FUNCTION uuid_v7();
        """;
}
