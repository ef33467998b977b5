using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;
using TaskAspire.ApiService.Auth;
using TaskAspire.Data;
using TaskAspire.Data.Idempotency;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Auth;

public sealed class AccountDeletionTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Me = "/api/v1/auth/me";
    private const string Tasks = "/api/v1/tasks";

    /// <summary>Tables that hold nothing of anybody.</summary>
    private static readonly string[] Global = ["__EFMigrationsHistory", "data_protection_keys"];

    private readonly ApiInstance _api = fixture.Api;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_of_the_user_goes_and_nothing_of_anybody_else()
    {
        // One of its own: rows are counted.
        await using var postgres = NpgsqlDataSource.Create(fixture.Database);
        var before = await CountRowsAsync(postgres);
        var (email, access, key) = await CreateFullAccountAsync();
        var full = await CountRowsAsync(postgres);
        // A new table needs a row in CreateFullAccountAsync, or it belongs to Global.
        Assert.All(full.Where(table => !Global.Contains(table.Key)), table => Assert.True(table.Value > before.GetValueOrDefault(table.Key), $"{table.Key} got no row"));
        var bystander = await CreateFullAccountAsync();
        var both = await CountRowsAsync(postgres);

        Assert.Equal(400, (await _api.SendAsync(HttpMethod.Delete, Me, new { password = "Wrong-Horse-7" }, access)).Status);
        Assert.Equal(both, await CountRowsAsync(postgres));
        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, Me, new { password = ApiInstance.Password }, access)).Status);
        var expected = both.ToDictionary(t => t.Key, t => Global.Contains(t.Key) ? t.Value : t.Value - full[t.Key] + before[t.Key]);
        Assert.Equal(expected, await CountRowsAsync(postgres));

        foreach (var instance in new[] { fixture.Other, _api })
        {
            Assert.Equal(401, (await instance.GetAsync(Tasks, access)).Status);
            Assert.Equal(401, (await instance.GetAsync(Tasks, key)).Status);
            Assert.Equal(401, (await instance.PostAsync("/api/v1/auth/login", new { email, password = ApiInstance.Password })).Status);
            Assert.Equal(200, (await instance.GetAsync(Tasks, bystander.Access)).Status);
            Assert.Equal(200, (await instance.GetAsync(Tasks, bystander.Key)).Status);
        }

        Assert.Equal(201, (await _api.PostAsync("/api/v1/auth/register", new { email, password = ApiInstance.Password })).Status);
    }

    [Fact]
    public async Task What_cannot_be_removed_while_the_owner_waits_is_removed_later()
    {
        await using var api = fixture.Start();
        var (email, access, key) = await CreateFullAccountAsync();
        var id = await _api.QueryAsync(db => db.Users.Where(u => u.Email == email).Select(u => u.Id).SingleAsync());
        await using var postgres = NpgsqlDataSource.Create(fixture.Database);
        await using (var connection = await postgres.OpenConnectionAsync(Cancel))
        {
            // A row that is not free stands for a million of them.
            await using var transaction = await connection.BeginTransactionAsync(Cancel);
            await using var hold = new NpgsqlCommand("SELECT FROM tasks WHERE user_id = $1 FOR UPDATE", connection, transaction) { Parameters = { new() { Value = id } } };
            await hold.ExecuteNonQueryAsync(Cancel);
            var deletion = api.SendAsync(HttpMethod.Delete, Me, new { password = ApiInstance.Password }, access);
            await Eventually.TrueAsync(async () => (await _api.PostAsync("/api/v1/auth/register", new { email, password = ApiInstance.Password })).Status == 201, Cancel);
            await Eventually.TrueAsync(
                () =>
                {
                    api.Clock.Advance(TimeSpan.FromSeconds(5));
                    return Task.FromResult(deletion.IsCompleted);
                },
                Cancel);
            Assert.Equal(204, (await deletion).Status);
            Assert.Equal(401, (await fixture.Other.GetAsync(Tasks, access)).Status);
            Assert.Equal(401, (await fixture.Other.GetAsync(Tasks, key)).Status);
            Assert.True(await _api.QueryAsync(db => db.Tasks.AnyAsync(t => t.UserId == id)));
        }

        await api.Services.GetServices<IHostedService>().OfType<DeletedAccounts>().Single().RemoveExpiredAsync(Cancel);
        Assert.False(await _api.QueryAsync(db => db.Users.IgnoreQueryFilters().AnyAsync(u => u.Id == id)));
        Assert.False(await _api.QueryAsync(db => db.Tasks.AnyAsync(t => t.UserId == id)));
        Assert.Equal(200, (await _api.PostAsync("/api/v1/auth/login", new { email, password = ApiInstance.Password })).Status);
    }

    [Fact]
    public async Task What_Redis_knew_of_the_user_expires_by_itself()
    {
        var (email, access, _) = await CreateFullAccountAsync();
        var id = await _api.QueryAsync(db => db.Users.Where(u => u.Email == email).Select(u => u.Id).SingleAsync());
        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, Me, new { password = ApiInstance.Password }, access)).Status);

        await using var redis = await ConnectionMultiplexer.ConnectAsync(fixture.Redis);
        var database = redis.GetDatabase();
        var keys = redis.GetServers()[0].Keys(database.Database, "*").Where(key => key.ToString().Contains(id.ToString("N"), StringComparison.OrdinalIgnoreCase)
            || key.ToString().Contains(id.ToString(), StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.NotEmpty(keys);
        foreach (var key in keys)
        {
            // What holds a title is a cached list. The version of the lists is a random number, and that a session has ended is known for as long as its tokens live.
            var longest = key.ToString() switch
            {
                var name when name.StartsWith("tasks:version:", StringComparison.Ordinal) => TimeSpan.FromHours(24),
                var name when name.StartsWith("session:", StringComparison.Ordinal) => TimeSpan.FromMinutes(16),
                _ => TimeSpan.FromSeconds(300),
            };
            Assert.InRange(await database.KeyTimeToLiveAsync(key) ?? TimeSpan.MaxValue, TimeSpan.Zero, longest);
        }
    }

    [Fact]
    public async Task Every_way_from_a_user_to_their_rows_cascades_and_is_served_by_an_index()
    {
        await using var postgres = NpgsqlDataSource.Create(fixture.Database);
        // Every table that hangs on users, by however many steps.
        await using var command = postgres.CreateCommand(
            """
            WITH RECURSIVE hanging AS (
                SELECT oid, conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = 'users'::regclass
                UNION
                SELECT c.oid, c.conrelid FROM pg_constraint c JOIN hanging h ON c.contype = 'f' AND c.confrelid = h.conrelid
            )
            SELECT c.conname, c.confdeltype::text,
                   EXISTS (SELECT FROM pg_index i
                           WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
                           AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)')),
                   c.confrelid = 'users'::regclass
            FROM hanging h JOIN pg_constraint c USING (oid) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            """);
        var seen = 0;
        await using var rows = await command.ExecuteReaderAsync(Cancel);
        while (await rows.ReadAsync(Cancel))
        {
            seen++;
            var name = rows.GetString(0);
            // "n" is SET NULL, of a row that goes by its own user_id.
            Assert.True(rows.GetString(1) is "c" or "n", $"{name} keeps a user from being deleted");
            Assert.True(rows.GetBoolean(2), $"{name} has no index: deleting a user would scan its table");
            // What a write that races with the deletion is answered depends on the name.
            Assert.Equal(rows.GetBoolean(3), ConstraintNames.IsOwner(name));
        }

        Assert.InRange(seen, 15, 100);
    }

    [Fact]
    public async Task Every_table_with_a_user_id_goes_with_the_user()
    {
        await using var postgres = NpgsqlDataSource.Create(fixture.Database);
        await using var command = postgres.CreateCommand(
            """
            WITH RECURSIVE going AS (
                SELECT 'users'::regclass::oid AS id
                UNION
                SELECT c.conrelid
                FROM going g
                JOIN pg_constraint c ON c.contype = 'f' AND c.confdeltype = 'c' AND c.confrelid = g.id
                -- Where nothing need be referred to, a row may stay; one without a user is nobody's.
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] AND (a.attnotnull OR a.attname = 'user_id')
            )
            SELECT string_agg(t.relname, ', ') FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
            WHERE a.attname = 'user_id' AND t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND t.oid NOT IN (SELECT id FROM going)
            """);
        Assert.Equal(DBNull.Value, await command.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Writes_that_race_with_the_deletion_are_refused_and_leave_nothing()
    {
        for (var round = 0; round < 5; round++)
        {
            var (email, access, key) = await CreateFullAccountAsync();
            var id = await _api.QueryAsync(db => db.Users.Where(u => u.Email == email).Select(u => u.Id).SingleAsync());
            var task = (await _api.GetAsync(Tasks, access)).Body.GetProperty("items")[0].GetProperty("id").GetGuid();
            var writes = Enumerable.Range(0, 20).Select(i => (i % 5, i % 2 == 0 ? _api : fixture.Other) switch
            {
                (0, var api) => api.PostAsync(Tasks, new { title = $"{i}", tags = new[] { $"t{i}" } }, key),
                (1, var api) => api.PostAsync($"{Tasks}/{task}/complete", token: access),
                (2, var api) => api.PostAsync("/api/v1/categories", new { name = $"{i}" }, access),
                (3, var api) => api.PostAsync("/api/v1/api-keys", new { name = $"{i}", scopes = new[] { "tasks:read" } }, access),
                (_, var api) => api.PostAsync("/api/v1/auth/login", new { email, password = ApiInstance.Password }),
            }).ToList();
            var deletion = await _api.SendAsync(HttpMethod.Delete, Me, new { password = ApiInstance.Password }, access);
            Assert.Equal(204, deletion.Status);
            var answers = await Task.WhenAll(writes);
            Assert.All(answers, a => Assert.True(a.Status is (>= 200 and < 300) or 401 or 404, $"{a.Status}: {a.Body}"));
            foreach (var token in answers.Where(a => a.Status == 200).Select(a => a.Body).Where(b => b.TryGetProperty("accessToken", out _)))
            {
                Assert.Equal(401, (await fixture.Other.GetAsync(Tasks, token.GetProperty("accessToken").GetString())).Status);
            }

            Assert.False(await _api.QueryAsync(db => db.Tasks.AnyAsync(t => t.UserId == id)));
        }
    }

    /// <summary>Something of the user in every table.</summary>
    private async Task<(string Email, string Access, string Key)> CreateFullAccountAsync()
    {
        var email = await _api.RegisterAsync();
        var (access, _) = await _api.LogInAsync(email);
        var key = (await Created("api-keys", new { name = "a", scopes = new[] { "tasks:read", "tasks:write" } })).GetProperty("key").GetString()!;
        await Created("webhooks", new { url = "http://127.0.0.1:9/hook", events = new[] { "task.created" } });
        var category = await Created("categories", new { name = "Home" });
        var due = DateTimeOffset.UtcNow.AddYears(1);
        await Created("tasks", new { title = "Water the plants", tags = new[] { "garden" }, categoryId = category.GetProperty("id"), dueDate = due, reminders = new[] { new { minutesBeforeDue = 5 } } });
        await _api.GetAsync(Tasks, access);
        await _api.QueryAsync(async db =>
        {
            var delivery = await db.WebhookDeliveries.SingleAsync(d => db.Users.Any(u => u.Id == d.UserId && u.Email == email));
            db.WebhookAttempts.Add(new WebhookAttempt { DeliveryId = delivery.Id, Number = 1, StartedAt = DateTimeOffset.UtcNow });
            db.WebhookTallies.Add(new WebhookTally { EndpointId = delivery.EndpointId, StartsAt = DateTimeOffset.UtcNow, Latencies = [] });
            db.IdempotencyKeys.Add(new IdempotencyKey
            {
                Scope = delivery.UserId, UserId = delivery.UserId, Key = "k", RequestHash = [1], CreatedAt = DateTimeOffset.UtcNow, ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
            });
            return await db.SaveChangesAsync(Cancel);
        });
        return (email, access, key);

        async Task<System.Text.Json.JsonElement> Created(string path, object body)
        {
            var (status, answer) = await _api.PostAsync($"/api/v1/{path}", body, access);
            Assert.True(status == 201, $"{path}: {status} {answer}");
            return answer;
        }
    }

    private static async Task<Dictionary<string, long>> CountRowsAsync(NpgsqlDataSource postgres)
    {
        var counts = new Dictionary<string, long>();
        await using (var command = postgres.CreateCommand("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"))
        await using (var rows = await command.ExecuteReaderAsync(Cancel))
        {
            while (await rows.ReadAsync(Cancel))
            {
                counts[rows.GetString(0)] = 0;
            }
        }

        foreach (var table in counts.Keys)
        {
            await using var command = postgres.CreateCommand($"SELECT count(*) FROM \"{table}\"");
            counts[table] = (long)(await command.ExecuteScalarAsync(Cancel))!;
        }

        return counts;
    }
}
