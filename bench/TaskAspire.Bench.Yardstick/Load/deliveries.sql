-- $1 deliveries that were made to one endpoint, each of an event of its own, as they pile up in the 30 days they are kept.
WITH endpoint AS (
    INSERT INTO webhook_endpoints (id, user_id, url, events, category_ids, tags, tag_keys, use_shared_secret, header_names, enabled,
        consecutive_failures, created_at, updated_at, version)
    SELECT uuid_v7(), id, 'https://receiver.example/hook', '{task.created}', '{}', '{}', '{}', true, '{}', false, 0, now(), now(), 1
    FROM users WHERE email = 'user1@load.example' RETURNING id, user_id
), event AS (
    INSERT INTO webhook_events (id, user_id, type, payload, occurred_at)
    SELECT uuid_v7(), user_id, 'task.created', '{}', now() FROM endpoint RETURNING id
)
INSERT INTO webhook_deliveries (event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, completed_at, last_status_code, created_at)
SELECT event.id, endpoint.id, endpoint.user_id, 'task.created', 1, 1, t.at, t.at, t.at, 204, t.at
FROM endpoint, event, (SELECT now() - n * interval '1 second' AS at FROM generate_series(1, $1) n) t;
