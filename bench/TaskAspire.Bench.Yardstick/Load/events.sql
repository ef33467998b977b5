-- $1 events that are due at once, one after the other for each of those who have an endpoint; the trigger makes their deliveries.
INSERT INTO webhook_events (id, user_id, type, payload, occurred_at)
SELECT uuid_v7(), users.ids[1 + n % cardinality(users.ids)], 'task.created', convert_to('{"event":"task.created","data":{"title":"' || repeat('Prepare the report ', 20) || '"}}', 'UTF8'), now()
FROM generate_series(1, $1) n, (SELECT array_agg(user_id) AS ids FROM webhook_endpoints) users;
