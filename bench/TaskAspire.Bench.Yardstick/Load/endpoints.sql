-- An endpoint of each of the users that write, at $1.
INSERT INTO webhook_endpoints (id, user_id, url, events, category_ids, tags, tag_keys, use_shared_secret, header_names, enabled,
    consecutive_failures, created_at, updated_at, version)
SELECT uuid_v7(), id, $1, '{task.created}', '{}', '{}', '{}', true, '{}', true, 0, now(), now(), 1
FROM users WHERE email LIKE 'user90%@load.example' AND length(email) = length('user900@load.example');
