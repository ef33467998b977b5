using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Sync;

public sealed class SyncConcurrencyTests(BackingServices services)
{
    private const int Writers = 8;
    private const int WritesEach = 25;

    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transaction_that_commits_late_is_told_last_and_holds_up_nobody()
    {
        var user = await _api.CreateUserAsync();
        var client = new SyncClient(user);
        await client.SyncAsync();
        var userId = Guid.Parse((string)(await user.GetAsync("auth/me")).Json["id"]!);
        var late = Guid.NewGuid();

        await using var connection = new NpgsqlConnection(await _api.GetDatabaseAsync());
        await connection.OpenAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await InsertChangeAsync(connection, userId, late);
        var first = (string)(await user.CreateTaskAsync("first"))["id"]!;
        await client.SyncAsync();
        Assert.Equal([first], client.Changes.Select(c => (string)c["id"]!));

        await transaction.CommitAsync(Cancel);
        await client.SyncAsync();
        Assert.Equal([first, late.ToString()], client.Changes.Select(c => (string)c["id"]!));
        Assert.Equal([1, 2], client.Sequences);
    }

    [Fact]
    public async Task Whatever_many_write_at_once_a_reader_gets_each_change_once_in_the_order_of_commits()
    {
        var user = await _api.CreateUserAsync();
        var other = user.On(await _api.GetBAsync());
        var userId = Guid.Parse((string)(await user.GetAsync("auth/me")).Json["id"]!);
        var early = new SyncClient(user, limit: 7);
        await early.SyncAsync();

        var writing = Task.WhenAll([
            .. Enumerable.Range(0, Writers).Select(w => WriteAsync(w % 2 == 0 ? user : other, w)),
            .. Enumerable.Range(0, 3).Select(_ => CommitLateAsync(userId)),
        ]);
        var middle = new SyncClient(other, limit: 5);
        while (!writing.IsCompleted)
        {
            await early.AskAsync(other);
            await middle.AskAsync();
        }

        await writing;
        await early.SyncAsync();
        await middle.SyncAsync();

        var journal = await ReadJournalAsync(userId);
        Assert.True(journal.Count > Writers * WritesEach);
        Assert.Equal(Enumerable.Range(1, journal.Count).Select(i => (long)i), journal.Select(j => j.Sequence));
        Assert.Equal(journal, early.Changes.Select(c => ((long)c["sequence"]!, Guid.Parse((string)c["id"]!), (string)c["operation"]!)));
        Assert.Equal(middle.Sequences, middle.Sequences.Distinct().Order());
        Assert.Equal(journal[^1].Sequence, middle.Sequences.Last());
        Assert.Equal(journal[^1].Sequence - middle.Sequences.First() + 1, middle.Changes.Count);
        await early.AssertIsCurrentAsync();
        await middle.AssertIsCurrentAsync();
    }

    private static async Task WriteAsync(ApiClient user, int writer)
    {
        var random = new Random(writer);
        var tasks = new List<string>();
        for (var i = 0; i < WritesEach; i++)
        {
            switch (tasks.Count == 0 ? 0 : random.Next(8))
            {
                case 0 or 1 or 2:
                    tasks.Add((string)(await user.CreateTaskAsync($"w{writer} {i}", new JsonObject { ["tags"] = new JsonArray($"tag{random.Next(4)}") }))["id"]!);
                    break;
                case 3 or 4:
                    await user.PatchAsync($"tasks/{tasks[random.Next(tasks.Count)]}", new JsonObject { ["title"] = $"again {i}", ["tags"] = new JsonArray($"tag{random.Next(4)}", $"own{writer}") });
                    break;
                case 5:
                    await user.PostAsync($"tasks/{tasks[random.Next(tasks.Count)]}/complete", null, OK);
                    break;
                case 6:
                    var gone = tasks[random.Next(tasks.Count)];
                    tasks.Remove(gone);
                    await user.DeleteAsync($"tasks/{gone}");
                    break;
                default:
                    await RenameOrDeleteTagAsync(user, random);
                    break;
            }
        }
    }

    private static async Task RenameOrDeleteTagAsync(ApiClient user, Random random)
    {
        var tags = (await user.GetAsync("tags?limit=100")).Json["items"]!.AsArray();
        if (tags.Count == 0)
        {
            return;
        }

        var tag = (string)tags[random.Next(tags.Count)]!["id"]!;
        using var response = random.Next(2) == 0
            ? await user.Http.DeleteAsync($"/api/v1/tags/{tag}", Cancel)
            : await user.Http.PutAsync($"/api/v1/tags/{tag}", System.Net.Http.Json.JsonContent.Create(new { name = $"renamed {random.Next(1000)}" }), Cancel);
        // Another writer may have deleted it, or taken the name.
        Assert.True(response.IsSuccessStatusCode || response.StatusCode is NotFound or Conflict, $"{response.StatusCode}");
    }

    /// <summary>Transactions that stay open until others have committed after they began.</summary>
    private async Task CommitLateAsync(Guid userId)
    {
        await using var connection = new NpgsqlConnection(await _api.GetDatabaseAsync());
        await connection.OpenAsync(Cancel);
        for (var i = 0; i < 5; i++)
        {
            await using var transaction = await connection.BeginTransactionAsync(Cancel);
            await InsertChangeAsync(connection, userId, Guid.NewGuid());
            var begun = (await ReadJournalAsync(userId)).Count;
            await Eventually.TrueAsync(async () => (await ReadJournalAsync(userId)).Count > begun + 3, Cancel);
            await transaction.CommitAsync(Cancel);
        }
    }

    private static async Task InsertChangeAsync(NpgsqlConnection connection, Guid userId, Guid id)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO changes (user_id, entity, entity_id, operation, occurred_at) VALUES ($1, 'task', $2, 'purged', now())", connection);
        command.Parameters.AddWithValue(userId);
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task<List<(long Sequence, Guid Id, string Operation)>> ReadJournalAsync(Guid userId)
    {
        await using var connection = new NpgsqlConnection(await _api.GetDatabaseAsync());
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand("SELECT sequence, entity_id, operation FROM changes WHERE user_id = $1 ORDER BY sequence", connection);
        command.Parameters.AddWithValue(userId);
        var rows = new List<(long, Guid, string)>();
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
        {
            rows.Add((reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2)));
        }

        return rows;
    }
}
