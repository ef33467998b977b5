using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using TaskAspire.ServiceDefaults.Health;
using TaskAspire.Standalone;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Redis;

/// <summary>A user of Redis with the rights of docs/operations.md, with fewer, and one that is not let in.</summary>
public sealed partial class RedisRightsTests(BackingServices services)
{
    private const string User = "app";
    private const string Password = "secret";

    private static readonly string[] Rights = ReadRights();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_rights_in_the_guide_are_enough()
    {
        await using var server = await services.StartPrivateRedisAsync(Cancel);
        await using var admin = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await GrantAsync(admin, Rights);
        await using var host = new ApiHost(await services.CreateTaskDatabaseAsync(Cancel), AsUser(server));
        var user = await host.CreateUserAsync(Cancel);

        await user.CreateTaskAsync("task");
        await Eventually.TrueAsync(async () => (await user.GetAsync("tasks")).Cache == "hit", Cancel);
        await user.PostAsync("auth/refresh", new JsonObject { ["refreshToken"] = user.RefreshToken }, HttpStatusCode.OK);
        await user.PostAsync("auth/logout", body: null, HttpStatusCode.NoContent);

        Assert.Null(await ProblemAsync(host.Services));
        // What the client would like to know about the server, and does without.
        Assert.Empty((await DeniedAsync(admin)).Except(["config|get", "cluster|nodes", "subscribe", "__Booksleeve_TieBreak"]));
    }

    [Fact]
    public async Task Health_tells_of_each_right_that_is_missing()
    {
        await using var server = await services.StartPrivateRedisAsync(Cancel);
        await using var admin = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await GrantAsync(admin, Rights);
        await using var client = new ServiceCollection().AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(AsUser(server))).BuildServiceProvider();
        Assert.Null(await ProblemAsync(client));

        // The client does without these two: it asks less of a server of whose version it is not sure, and sends scripts whole.
        foreach (var right in Rights.Where(right => right[0] == '~' || right is ['+', not '@', ..] and not ("+info" or "+script|load")))
        {
            await GrantAsync(admin, [.. Rights.Where(other => other != right)]);
            // One way to run a script is as good as the other, and which of them the client takes is its own affair.
            if (right is "+eval" or "+evalsha")
            {
                await GrantAsync(admin, [.. Rights.Where(other => other is not ("+eval" or "+evalsha"))]);
            }

            Assert.True(await ProblemAsync(client) == "Redis denies its user a command or a key.", right);
        }
    }

    [Fact]
    public async Task Health_tells_that_the_password_is_wrong()
    {
        await using var server = await services.StartPrivateRedisAsync(Cancel);
        var options = ConfigurationOptions.Parse(server.ConnectionString);
        (options.Password, options.AbortOnConnectFail, options.BacklogPolicy) = ("wrong", false, BacklogPolicy.FailFast);
        await using var client = new ServiceCollection().AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(options)).BuildServiceProvider();

        await Eventually.TrueAsync(async () => await ProblemAsync(client) == "Redis refuses user or password.", Cancel);
    }

    [Fact]
    public async Task Health_tells_that_only_one_side_speaks_TLS()
    {
        await using var server = await services.StartPrivateRedisAsync(Cancel);
        var options = ConfigurationOptions.Parse(server.ConnectionString);
        (options.Ssl, options.ConnectTimeout, options.AbortOnConnectFail, options.BacklogPolicy) = (true, 500, false, BacklogPolicy.FailFast);
        await using var client = new ServiceCollection().AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(options)).BuildServiceProvider();

        await Eventually.TrueAsync(
            async () => await ProblemAsync(client) == "Redis and this service do not agree on TLS, or the certificate is not trusted.", Cancel);
    }

    private static Task<string?> ProblemAsync(IServiceProvider client) => RedisProbe.FindProblemAsync(client, Cancel);

    private static string AsUser(PrivateRedis server)
    {
        var options = ConfigurationOptions.Parse(server.ConnectionString);
        (options.User, options.Password) = (User, Password);
        return options.ToString(includePassword: true);
    }

    private static async Task GrantAsync(ConnectionMultiplexer admin, string[] rights)
    {
        try
        {
            await admin.GetDatabase().ExecuteAsync("ACL", ["SETUSER", User, "reset", "on", $">{Password}", .. rights]);
        }
        catch (RedisServerException exception)
        {
            Assert.SkipWhen(exception.Message.Contains("ACL Authenticator", StringComparison.OrdinalIgnoreCase), "Garnet that is started with one password has no users.");
            throw;
        }
    }

    /// <summary>The commands and keys that the server did not let users have.</summary>
    private static async Task<IEnumerable<string>> DeniedAsync(ConnectionMultiplexer admin) =>
        ((RedisResult[])(await admin.GetDatabase().ExecuteAsync("ACL", "LOG"))!).Select(entry => (string)entry.ToDictionary()["object"]!);

    private static string[] ReadRights()
    {
        var guide = File.ReadAllText(Path.Combine(SourceTree.Root!, "docs", "operations.md"));
        return SetUser().Match(guide).Groups[1].Value.Split((char[])[' ', '\\', '\n', '\''], StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"ACL SETUSER \w+ on '>…' ((?:[^`\n\\]|\\\n)+)\n")]
    private static partial Regex SetUser();
}
