namespace TaskAspire.Data.Migrations;

/// <summary>How changes get their numbers (docs/adr/0004-changes-are-numbered-at-commit.md).</summary>
internal static class ChangeNumbers
{
    /// <summary>Numbers what was there before, in the order in which it was written.</summary>
    public const string NumberExisting = """
        UPDATE changes c SET sequence = n.number
        FROM (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY transaction_id, id) AS number FROM changes) n
        WHERE c.id = n.id;
        INSERT INTO change_counters (user_id, last) SELECT user_id, max(sequence) FROM changes GROUP BY user_id;
        """;

    /// <summary>
    /// Deferred to the commit, when the transaction takes no other lock any more: so the lock on the counter is held for no longer
    /// than the commit takes, and cannot be part of a deadlock.
    /// </summary>
    public const string Create = """
        CREATE FUNCTION number_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            number bigint;
        BEGIN
            INSERT INTO change_counters AS c (user_id, last) VALUES (NEW.user_id, 1)
            ON CONFLICT (user_id) DO UPDATE SET last = c.last + 1
            RETURNING last INTO number;
            UPDATE changes SET sequence = number WHERE id = NEW.id;
            PERFORM pg_notify('changes', NEW.user_id::text);
            RETURN NULL;
        END
        $$;
        CREATE CONSTRAINT TRIGGER number_change
            AFTER INSERT ON changes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION number_change();
        """;

    /// <summary>Undoes <see cref="Create"/>.</summary>
    public const string Drop = """
        DROP TRIGGER number_change ON changes;
        DROP FUNCTION number_change();
        """;
}
