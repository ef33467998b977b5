using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Portability;

/// <summary>What an import names is deleted while it is written.</summary>
public sealed class ImportRaceTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    // Held up where it has found its categories, and where it has found its tags.
    [InlineData("categories", "SELECT pg_advisory_xact_lock(hashtextextended('new tags of ' || @user, 0))")]
    [InlineData("tags", "SELECT FROM users WHERE id = @user::uuid FOR UPDATE")]
    public async Task What_an_import_has_found_is_deleted_after_it(string labels, string holdUp)
    {
        var database = await services.CreateTaskDatabaseAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var api = new ApiHost(database, redis.ConnectionString);
        var user = await api.CreateUserAsync(Cancel);
        var label = (await user.PostAsync(labels, new JsonObject { ["name"] = "a" })).Json["id"];
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        await using (var command = new NpgsqlCommand(holdUp, connection, transaction))
        {
            command.Parameters.AddWithValue("user", (string)(await user.GetAsync("auth/me")).Json["id"]!);
            await command.ExecuteNonQueryAsync(Cancel);
        }

        var import = user.ImportAsync("text/csv", labels == "tags" ? "title,tags\nt,a" : "title,category\nt,a");
        await Eventually.TrueAsync(async () => await WaitingAsync() == 1, Cancel);
        var deletion = user.DeleteAsync($"{labels}/{label}");
        await Eventually.TrueAsync(async () => deletion.IsCompleted || await WaitingAsync() == 2, Cancel);
        await transaction.RollbackAsync(Cancel);

        await import;
        await deletion;
        var task = (await user.GetAsync("tasks")).Json["items"]!.AsArray().Single()!;
        Assert.Empty(task["tags"]!.AsArray());
        Assert.Null(task["categoryId"]);
        Assert.Equal(2, (int)task["version"]!);

        async Task<long> WaitingAsync()
        {
            await using var command = source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
            return (long)(await command.ExecuteScalarAsync(Cancel))!;
        }
    }
}
