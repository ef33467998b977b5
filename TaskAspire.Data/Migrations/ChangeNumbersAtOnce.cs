namespace TaskAspire.Data.Migrations;

/// <summary>
/// <see cref="ChangeNumbers"/> counted for each change, and every update of the counter looked at all those before it in the same
/// transaction: 10,000 changes at once (a category deleted) took as many squared. Now the first of them numbers all.
/// </summary>
internal static class ChangeNumbersAtOnce
{
    /// <summary>Unnumbered changes that can be seen are the transaction's own: those of others are numbered when they commit.</summary>
    public const string Create = """
        CREATE OR REPLACE FUNCTION number_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            added bigint;
            numbered bigint;
        BEGIN
            IF NOT EXISTS (SELECT FROM changes WHERE id = NEW.id AND sequence IS NULL) THEN
                RETURN NULL;
            END IF;
            SELECT count(*) INTO added FROM changes WHERE user_id = NEW.user_id AND sequence IS NULL;
            INSERT INTO change_counters AS c (user_id, last) VALUES (NEW.user_id, added)
            ON CONFLICT (user_id) DO UPDATE SET last = c.last + added
            RETURNING last - added INTO numbered;
            UPDATE changes c SET sequence = numbered + n.number
            FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM changes WHERE user_id = NEW.user_id AND sequence IS NULL) n
            WHERE c.id = n.id;
            PERFORM pg_notify('changes', NEW.user_id::text);
            RETURN NULL;
        END
        $$;
        """;

    /// <summary>What it was before.</summary>
    public const string Drop = """
        CREATE OR REPLACE FUNCTION number_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
        """;
}
