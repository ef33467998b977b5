using Npgsql;
using TaskAspire.Standalone.Backing;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Standalone;

public class EmbeddedBackingTests
{
    [Fact]
    public async Task Two_stacks_run_side_by_side_and_keep_their_data()
    {
        var cancelled = TestContext.Current.CancellationToken;
        using var one = new TestDirectory();
        using var other = new TestDirectory();
        one.Postgres("");
        other.Postgres("");

        string first;
        await using (var left = await EmbeddedBacking.StartAsync(one.Path, 0, 0, cancelled))
        {
            await using var right = await EmbeddedBacking.StartAsync(other.Path, 0, 0, cancelled);
            Assert.NotEqual(left.PostgresConnectionString, right.PostgresConnectionString);
            Assert.NotEqual(left.RedisConnectionString, right.RedisConnectionString);
            await ExecuteAsync(left.PostgresConnectionString, "CREATE TABLE kept (id int)");
            await ExecuteAsync(right.PostgresConnectionString, "CREATE TABLE kept (id int)");
            first = left.PostgresConnectionString;
        }

        await using var again = await EmbeddedBacking.StartAsync(one.Path, 0, 0, cancelled);
        await ExecuteAsync(again.PostgresConnectionString, "DROP TABLE kept");
        Assert.Equal(
            new NpgsqlConnectionStringBuilder(first).Password,
            new NpgsqlConnectionStringBuilder(again.PostgresConnectionString).Password);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
