using System.Net;
using Npgsql;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.Tests.Operations;

/// <summary>Secrets are changed while requests go on, as docs/operations.md says to.</summary>
public sealed class RotationTests(BackingServices backing)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jwt_keys_are_changed_instance_by_instance_without_a_failed_request()
    {
        using var directory = new TestDirectory();
        var (a, b) = (ServiceRun.WriteKeys(directory, "a"), ServiceRun.WriteKeys(directory, "b"));
        var database = await backing.CreateTaskDatabaseAsync(Cancel);
        await using var redis = await backing.RentRedisAsync(Cancel);
        await using var instances = new TwoInstances(() => Start(a, null));
        var user = await instances.CreateUserAsync();
        var old = user.AccessToken;
        var requests = instances.AskAsync(user);

        // The guide's steps: the next key is made known, then signs, then the one before it is forgotten.
        await instances.ReplaceEachAsync(() => Start(a, b.Public));
        await instances.ReplaceEachAsync(() => Start(b, a.Public));
        Assert.Equal(2, (await instances.JwksAsync()).Count);
        await instances.ReplaceEachAsync(() => Start(b, null));

        Assert.True(await instances.EndAsync(requests) > 20);
        Assert.Single(await instances.JwksAsync());
        user.Use(old);
        await instances.GetAsync(user, HttpStatusCode.Unauthorized);

        ApiHost Start((string Private, string Public) pair, string? other)
        {
            var settings = new Dictionary<string, string?> { ["Jwt:PrivateKeyPath"] = pair.Private, ["Jwt:PublicKeyPath"] = pair.Public };
            if (other is not null)
            {
                settings["Jwt:PreviousPublicKeyPaths:0"] = other;
            }

            return new ApiHost(database, redis.ConnectionString, settings: settings);
        }
    }

    [Fact]
    public async Task The_database_password_changes_while_requests_go_on_and_new_connections_use_it()
    {
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "password");
        await File.WriteAllTextAsync(file, "first\n", Cancel);
        var owner = new NpgsqlConnectionStringBuilder(await backing.CreateTaskDatabaseAsync(Cancel));
        await using var admin = NpgsqlDataSource.Create(owner.ConnectionString);
        var role = $"app_{Guid.NewGuid():N}";
        await ExecuteAsync(admin, $"CREATE ROLE {role} LOGIN PASSWORD 'first' IN ROLE pg_read_all_data, pg_write_all_data");
        var connection = new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Username = role, Password = null };
        await using var redis = await backing.RentRedisAsync(Cancel);
        await using var instances = new TwoInstances(() => new ApiHost(
            connection.ConnectionString, redis.ConnectionString, settings: new Dictionary<string, string?> { ["Database:PasswordFile"] = file }));
        var user = await instances.CreateUserAsync();
        var requests = instances.AskAsync(user);

        await instances.AnsweredAsync();
        await File.WriteAllTextAsync(file, "second\n", Cancel);
        await ExecuteAsync(admin, $"ALTER ROLE {role} PASSWORD 'second'");
        await instances.AnsweredAsync();
        Assert.True(await instances.EndAsync(requests) > 5);

        // New connections for all, as happens over time.
        await ExecuteAsync(admin, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
        await Eventually.TrueAsync(async () => await instances.AnswersAsync(user), Cancel);
        connection.Password = "first";
        await using var stale = NpgsqlDataSource.Create(connection.ConnectionString);
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(stale, "SELECT 1"));
        await instances.DisposeAsync();
        await ExecuteAsync(admin, $"DROP ROLE {role}");
    }

    [Fact]
    public async Task While_the_shared_secret_changes_deliveries_are_signed_by_both()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Cancel);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:SharedSecret", "new"), ("Webhooks:PreviousSharedSecret", "old"));
        var user = await database.AddUserAsync();
        var (endpoint, _) = await database.AddEndpointAsync(user, receiver.Url());
        await database.ExecuteAsync("UPDATE webhook_endpoints SET use_shared_secret = true, secret = NULL WHERE id = @id", ("id", endpoint));
        await database.AddEventsAsync(user, 1);
        await Eventually.TrueAsync(() => receiver.Received.Count == 1, Cancel);

        var webhook = receiver.Received.Single();
        Assert.Equal(WebhookSignature.OfBody("new"u8, webhook.Body), webhook.Headers["X-Webhook-Signature"]);
        var timestamp = long.Parse(webhook.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            WebhookSignature.OfMessage([WebhookSecrets.SigningKey("new"), WebhookSecrets.SigningKey("old")], webhook.Id, timestamp, webhook.Body),
            webhook.Headers["webhook-signature"]);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
