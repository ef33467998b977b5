using System.Globalization;
using Npgsql;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Backing.Postgres;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Ports;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Standalone;

/// <summary>What a killed start leaves behind, the next one repairs.</summary>
public sealed class InterruptedStartTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_initdb_that_was_cut_short_is_done_again()
    {
        var home = _directory.Postgres("cut-short");
        DataDirectory.CreateOpen(Path.Combine(home, "data.unfinished"));
        await File.WriteAllTextAsync(Path.Combine(home, "data.unfinished", "PG_VERSION"), "18", Cancelled);

        await using var server = Server(home);
        await server.StartAsync(Cancelled);

        Assert.False(Directory.Exists(Path.Combine(home, "data.unfinished")));
        Assert.Equal(1, await ScalarAsync(server, "SELECT 1"));
    }

    [Fact]
    public async Task A_postmaster_pid_that_names_somebody_else_does_not_keep_the_server_from_starting()
    {
        var home = _directory.Postgres("stale-pid");
        await using (var first = Server(home))
        {
            await first.StartAsync(Cancelled);
            await ScalarAsync(first, "CREATE TABLE kept (id int)");
        }
        // Ours is a living process that PostgreSQL would take for a server on its data.
        var lines = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{home}/data\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready\n");
        await File.WriteAllTextAsync(Path.Combine(home, "data", "postmaster.pid"), lines, Cancelled);

        await using var second = Server(home);
        await second.StartAsync(Cancelled);

        Assert.Equal(0L, await ScalarAsync(second, "SELECT count(*) FROM kept"));
    }

    [Fact]
    public async Task A_server_that_a_killed_stack_left_behind_is_ended()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "finds it through /proc");
        var home = _directory.Postgres("left-behind");
        await using var first = Server(home);
        await first.StartAsync(Cancelled);
        await ScalarAsync(first, "CREATE TABLE kept (id int)");
        var left = first.ProcessId!.Value;

        await new PostgresCluster(home, await UnixUser.ForServersAsync(Path.Combine(home, "data"), Cancelled), SilentOutput.Instance).ReleaseAsync(Cancelled);

        await Eventually.TrueAsync(() => ProcessIdentity.Of(left) is null && first.ProcessId != left, Cancelled);
    }

    [Fact]
    public void The_secret_is_made_once_and_is_its_owners_only()
    {
        var directory = new DataDirectory(Path.Combine(_directory.Path, "secrets-of"));
        directory.Create();

        var secret = directory.Secret("postgres-password");

        Assert.Equal(32, secret.Length);
        Assert.Equal(secret, new DataDirectory(directory.Root).Secret("postgres-password"));
        if (!OperatingSystem.IsWindows())
        {
            var file = Path.Combine(directory.Root, "secrets", "postgres-password");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_made_is_told_and_what_to_do()
    {
        var file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "", Cancelled);

        var message = Assert.Throws<StackException>(new DataDirectory(Path.Combine(file, "data")).Create).Message;

        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains("--data-dir", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_stacks_do_not_share_a_data_directory()
    {
        using var first = StackLock.Take(_directory.Path);

        var message = Assert.Throws<StackException>(() => StackLock.Take(_directory.Path)).Message;

        Assert.Contains($"process {Environment.ProcessId}", message, StringComparison.Ordinal);
        Assert.Contains("--data-dir", message, StringComparison.Ordinal);
        first.Dispose();
        StackLock.Take(_directory.Path).Dispose();
    }

    [Fact]
    public void A_data_directory_of_another_account_is_told_as_that()
    {
        // Cannot be opened for writing, whoever tries.
        Directory.CreateDirectory(Path.Combine(_directory.Path, "stack.lock"));

        var message = Assert.Throws<StackException>(() => StackLock.Take(_directory.Path)).Message;

        Assert.Contains("Was it made by another account?", message, StringComparison.Ordinal);
        Assert.Contains("--data-dir", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_runs_a_server_as_the_account_its_data_belongs_to()
    {
        var data = await DataOfAsync("nobody");

        Assert.Equal("nobody", (await UnixUser.ForServersAsync(data, Cancelled))!.Name);
    }

    [Theory]
    [InlineData("daemon", "belongs to daemon", "--data-dir")]
    [InlineData("root", "belongs to root", "chown -R")]
    public async Task Root_does_not_run_a_server_on_data_of_other_accounts(string owner, string what, string remedy)
    {
        var data = await DataOfAsync(owner);

        var message = (await Assert.ThrowsAsync<StackException>(() => UnixUser.ForServersAsync(data, Cancelled))).Message;

        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
    }

    private async Task<string> DataOfAsync(string owner)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && UnixCalls.IsRoot, "Only root can give a directory to another account.");
        var account = (await File.ReadAllLinesAsync("/etc/passwd", Cancelled)).Select(line => line.Split(':')).Single(fields => fields[0] == owner);
        var data = Directory.CreateDirectory(Path.Combine(_directory.Path, owner)).FullName;
        UnixCalls.ChangeOwner(data, uint.Parse(account[2], CultureInfo.InvariantCulture), uint.Parse(account[3], CultureInfo.InvariantCulture));
        return data;
    }

    public void Dispose() => _directory.Dispose();

    private static PostgresServer Server(string home) => new(
        new PostgresServerOptions
        {
            Home = home,
            Packages = DataDirectory.Packages(SourceTree.Root!),
            Port = new PortAllocator().ClaimFree(),
            Password = "test",
            Durable = false,
        },
        SilentOutput.Instance);

    private static async Task<object?> ScalarAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancelled);
    }
}
