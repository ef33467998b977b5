using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Logging;

namespace TaskAspire.Tests.Sync;

public sealed class LiveLoadTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousands_of_streams_share_a_connection_to_the_database_and_take_little_memory()
    {
        const int Users = 2;
        const int StreamsEach = 1000;
        const int MaxBytesEach = 100 * 1024;
        var connection = await services.CreateTaskDatabaseAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        // A process of its own: what other tests use meanwhile is not counted.
        await using var api = await LoggedProcess.StartAsync(typeof(TaskRequest), "Development", new Dictionary<string, string?>
        {
            ["ConnectionStrings:taskdb"] = connection,
            ["ConnectionStrings:cache"] = redis.ConnectionString,
            ["Database:MigrateAtStart"] = "false",
            ["Jwt:DevelopmentKeyDirectory"] = Path.Combine(AppContext.BaseDirectory, "keys"),
            ["LiveEvents:MaxPerUser"] = $"{StreamsEach}",
            ["RateLimiting:Api:PermitLimit"] = "1000000",
            ["LOG_LEVEL"] = "Warning",
            ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        });
        var users = new List<ApiClient>();
        for (var i = 0; i < Users; i++)
        {
            var user = new ApiClient(new HttpClient { BaseAddress = api.Address });
            await user.RegisterAndLogInAsync(Cancel);
            users.Add(user);
        }

        var sockets = new List<Socket>();
        try
        {
            sockets.Add(await OpenAsync(api.Address, users[0].AccessToken));
            var before = api.WorkingSet;
            foreach (var user in users)
            {
                for (var i = user == users[0] ? 1 : 0; i < StreamsEach; i++)
                {
                    sockets.Add(await OpenAsync(api.Address, user.AccessToken));
                }
            }

            var each = (api.WorkingSet - before) / sockets.Count;
            TestContext.Current.TestOutputHelper!.WriteLine($"{each} bytes for each stream");
            Assert.InRange(each, 0, MaxBytesEach);
            // One listens for all streams, and one asks whether the server answers (docs/adr/0011).
            Assert.Equal(2, await CountAsync(connection, "application_name LIKE '%-unpooled'"));
            await Eventually.TrueAsync(async () => await CountAsync(connection, "state <> 'idle' AND pid <> pg_backend_pid()") == 0, Cancel);

            await users[1].CreateTaskAsync("to a thousand");
            await Task.WhenAll(sockets[StreamsEach..].Select(s => ReadUntilAsync(s, "event: task.created")));
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_nobody_and_misses_nothing()
    {
        const int Changes = 150;
        var api = SharedApi.On(services);
        var user = await api.CreateUserAsync();
        var task = (string)(await user.CreateTaskAsync("a"))["id"]!;
        using var slow = await EventSource.OpenAsync(user);
        using var quick = await EventSource.OpenAsync(user);

        // Each change is some 40 KB: far more than the buffers between the two hold.
        for (var i = 0; i < Changes; i++)
        {
            await user.PatchAsync($"tasks/{task}", new JsonObject { ["description"] = new string((char)('a' + (i % 26)), 10_000) });
            Assert.Equal($"{i + 2}", (await quick.ReadAsync()).Id);
        }

        // It may have been cut off for not reading; then it connects again.
        var received = new List<string>();
        while (await slow.ReadOrEndAsync() is { } next && received.Count < Changes - 1)
        {
            received.Add(next.Id!);
        }

        using var again = await EventSource.OpenAsync(user, received.LastOrDefault() ?? "1");
        while (received.Count < Changes)
        {
            received.Add((await again.ReadAsync()).Id!);
        }

        Assert.Equal(Enumerable.Range(2, Changes).Select(i => $"{i}"), received);
    }

    private static async Task<Socket> OpenAsync(Uri address, string token)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, Cancel);
        var request = $"GET /api/v1/events HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancel);
        await ReadUntilAsync(socket, "retry:");
        return socket;
    }

    private static async Task ReadUntilAsync(Socket socket, string expected)
    {
        var buffer = new byte[2048];
        var text = "";
        while (!text.Contains(expected, StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.True(read > 0, text);
            text += Encoding.UTF8.GetString(buffer, 0, read);
        }
    }

    private static async Task<long> CountAsync(string database, string condition)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}", connection);
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
