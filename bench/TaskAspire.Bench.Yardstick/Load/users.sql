-- As many users as $2, with the password of the one that registered ($1); each with 5 categories and 10 tags.
INSERT INTO users (id, email, normalized_email, display_name, password_hash, created_at, updated_at)
SELECT uuid_v7(), 'user' || n || '@load.example', 'USER' || n || '@LOAD.EXAMPLE', 'User ' || n, password_hash, now(), now()
FROM users, generate_series(1, $2) n WHERE email = $1;

INSERT INTO categories (id, user_id, name, name_key, created_at, updated_at)
SELECT uuid_v7(), u.id, 'Category ' || n, 'category ' || n, now(), now()
FROM users u, generate_series(1, 5) n WHERE u.email LIKE 'user%@load.example';

INSERT INTO tags (id, user_id, name, name_key, created_at)
SELECT uuid_v7(), u.id, 'Tag ' || n, 'tag ' || n, now()
FROM users u, generate_series(1, 10) n WHERE u.email LIKE 'user%@load.example';
