-- $2 tasks of each of the users $1, a minute apart, with all that a list shows or filters by: two tags each, and every other one a reminder.
INSERT INTO tasks (id, user_id, title, description, status, priority, due_date, time_zone, category_id, created_at, updated_at, completed_at, version, overdue_at)
SELECT uuid_v7(), u.id,
    (ARRAY['Write', 'Call', 'Review', 'Order', 'Prepare', 'Check', 'Plan'])[1 + n % 7] || ' '
        || (ARRAY['the report', 'the supplier', 'the contract', 'new chairs', 'the meeting'])[1 + n % 5] || ' ' || n,
    'What there is to know about it, number ' || n || ', in a line or two, as people write it beside a task.',
    (ARRAY['todo', 'in_progress', 'done', 'cancelled'])[1 + n % 4], (n * 3 % 5)::smallint,
    timestamptz '2027-01-01' + (n * 7919 % 500000) * interval '1 minute',
    CASE WHEN n % 3 = 0 THEN 'Europe/Berlin' END,
    c.ids[1 + n % 5],
    timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-06-01' + (n * 13 % 100000) * interval '1 minute',
    CASE WHEN n % 4 = 2 THEN timestamptz '2026-10-01' END, 1, NULL
FROM unnest($1) AS u(id)
CROSS JOIN generate_series(1, $2) n
CROSS JOIN LATERAL (SELECT array_agg(id ORDER BY name) AS ids FROM categories WHERE user_id = u.id) c;

INSERT INTO task_tags (task_id, tag_id)
SELECT t.id, g.id
FROM (SELECT id, user_id, row_number() OVER (PARTITION BY user_id ORDER BY created_at) AS n FROM tasks WHERE user_id = ANY ($1)) t
JOIN (SELECT id, user_id, row_number() OVER (PARTITION BY user_id ORDER BY name) - 1 AS k FROM tags) g
    ON g.user_id = t.user_id AND g.k IN (t.n % 10, (t.n * 3 + 1) % 10);

INSERT INTO task_reminders (id, task_id, user_id, minutes_before_due, fire_at)
SELECT uuid_v7(), id, user_id, 30, due_date - interval '30 minutes' FROM tasks WHERE user_id = ANY ($1) AND extract(minute FROM created_at)::int % 2 = 0;
