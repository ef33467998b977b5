using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Sync;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.Tests.Logging;

/// <summary>
/// API and dispatcher as processes, with their logs as talkative as they get, through everything that has to do with a secret; and then all that
/// they wrote, to the console and to Elasticsearch, is searched for each secret that was used.
/// </summary>
public class SecretsTests(BackingServices services)
{
    // In the addresses of webhooks: many receivers have their secret there.
    private readonly string _pathSecret = $"path-of-a-hook-{Guid.NewGuid():N}";
    private readonly List<string> _secrets = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Staging", "Trace")]
    [InlineData("Development", "Debug")]
    public async Task No_log_holds_a_secret(string environment, string level)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that asks a process to end.");
        using var directory = new TestDirectory();
        await using var redis = await services.RentRedisAsync(Token);
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async (context, webhook) =>
        {
            context.Response.StatusCode = webhook.Path.StartsWith("/fails", StringComparison.Ordinal) ? 500 : 200;
            await context.Response.WriteAsync(Secret("what-the-receiver-says"), Token);
        };
        var settings = Settings(await services.CreateTaskDatabaseAsync(Token), redis.ConnectionString, elasticsearch.Url, environment, level);
        AddKeys(settings, directory.Path);
        await using var dispatcher = await LoggedProcess.StartAsync(typeof(PersistentLoop), environment, settings);
        settings["services:webhookdispatcher:http:0"] = dispatcher.Address.ToString();
        await using var api = await LoggedProcess.StartAsync(typeof(TaskRequest), environment, settings);

        var user = new ApiClient(new HttpClient { BaseAddress = api.Address });
        _secrets.Add(_pathSecret);
        await SignInAndOutAsync(user);
        await UseWebhooksAsync(user, receiver);
        await MoveDataAsync(user);
        await PutSecretsInOddPlacesAsync(user, api.Address);
        foreach (var webhook in receiver.Received)
        {
            _secrets.AddRange(webhook.Headers["webhook-signature"].Split(' '));
            _secrets.Add(webhook.Headers["X-Webhook-Signature"]);
            _secrets.Add(Encoding.UTF8.GetString(webhook.Body));
        }

        await api.StopAsync();
        await dispatcher.StopAsync();
        var console = api.Lines.Concat(dispatcher.Lines).ToList();
        var sent = elasticsearch.Requests.Select(request => request.Body).ToList();
        // That there is something to be searched.
        Assert.Contains(console, line => line.Contains("/api/v1/auth/login", StringComparison.Ordinal));
        Assert.Contains(console, line => line.Contains("failed (", StringComparison.Ordinal) && line.Contains("Attempt", StringComparison.Ordinal));
        Assert.Contains(sent, body => body.Contains("/api/v1/auth/login", StringComparison.Ordinal));
        Assert.InRange(_secrets.Count, 40, int.MaxValue);
        Assert.All(_secrets, secret => Assert.True(secret.Length > 8, secret));
        foreach (var secret in _secrets.Distinct())
        {
            Assert.DoesNotContain(console, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(sent, body => body.Contains(secret, StringComparison.OrdinalIgnoreCase));
        }
    }

    private Dictionary<string, string?> Settings(string database, string redis, Uri elasticsearch, string environment, string level)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:taskdb"] = database,
            ["ConnectionStrings:cache"] = redis,
            ["Database:MigrateAtStart"] = "false",
            ["RateLimiting:Api:PermitLimit"] = "1000000",
            ["RateLimiting:Auth:PermitLimit"] = "1000000",
            ["RateLimiting:AuthPerAddress:PermitLimit"] = "1000000",
            ["Webhooks:AllowedNetworks:0"] = "127.0.0.0/8",
            ["Webhooks:RetrySchedule:0"] = "00:00:00.1",
            ["Webhooks:RetrySchedule:1"] = "00:00:00.1",
            ["WEBHOOK_SECRET"] = Secret("webhook-secret-of-all"),
            ["WEBHOOK_API_KEY"] = Secret("webhook-api-key"),
            ["ELASTICSEARCH_URL"] = elasticsearch.ToString(),
            ["ELASTICSEARCH_USERNAME"] = "elastic",
            ["ELASTICSEARCH_PASSWORD"] = Secret("elastic-password"),
            ["LOG_LEVEL"] = level,
        };
        if (environment != "Development")
        {
            foreach (var category in new[]
            {
                "Microsoft", "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Authentication.JwtBearer", "Microsoft.AspNetCore.Server.Kestrel",
                "Microsoft.EntityFrameworkCore.Database.Command", "Microsoft.EntityFrameworkCore.Update", "Microsoft.EntityFrameworkCore.Query", "Npgsql", "StackExchange.Redis",
                "System.Net.Http", "System.Net.Http.HttpClient", "Polly",
            })
            {
                settings[$"Logging:LogLevel:{category}"] = level;
            }
        }

        return settings;
    }

    private void AddKeys(Dictionary<string, string?> settings, string directory)
    {
        using var key = RSA.Create(2048);
        var (privateKey, publicKey) = (Path.Combine(directory, "private.pem"), Path.Combine(directory, "public.pem"));
        File.WriteAllText(privateKey, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(publicKey, key.ExportSubjectPublicKeyInfoPem());
        _secrets.AddRange(key.ExportPkcs8PrivateKeyPem().Split('\n').Where(line => line.Length > 30 && !line.StartsWith('-')));
        (settings["JWT_PRIVATE_KEY_PATH"], settings["JWT_PUBLIC_KEY_PATH"]) = (privateKey, publicKey);
    }

    private async Task SignInAndOutAsync(ApiClient user)
    {
        await user.RegisterAndLogInAsync(Token);
        _secrets.AddRange([ApiClient.Password, user.AccessToken, user.RefreshToken]);
        await user.PostAsync("auth/login", new JsonObject { ["email"] = user.Email, ["password"] = Secret("wrong-password") }, HttpStatusCode.Unauthorized);
        await user.PostAsync("auth/login", new JsonObject { ["email"] = Secret("password-as-email"), ["password"] = "x" }, HttpStatusCode.Unauthorized);
        await user.PostAsync("auth/register", new JsonObject { ["email"] = user.Email, ["password"] = Secret("Already-registered-7") }, HttpStatusCode.Conflict);
        var refreshed = (await user.PostAsync("auth/refresh", new JsonObject { ["refreshToken"] = user.RefreshToken }, HttpStatusCode.OK)).Json;
        await user.PostAsync("auth/refresh", new JsonObject { ["refreshToken"] = Secret("rt_no-such-token") }, HttpStatusCode.Unauthorized);
        user.Use(Keep(refreshed["accessToken"]));
        Keep(refreshed["refreshToken"]);
        var password = Secret("Another-Horse-8-battery");
        await user.PostAsync("auth/password", new JsonObject { ["currentPassword"] = ApiClient.Password, ["newPassword"] = password }, HttpStatusCode.NoContent);
        var again = (await user.PostAsync("auth/login", new JsonObject { ["email"] = user.Email, ["password"] = password }, HttpStatusCode.OK)).Json;
        user.Use(Keep(again["accessToken"]));
        Keep(again["refreshToken"]);

        var key = Keep((await user.PostAsync("api-keys", new JsonObject { ["name"] = "a", ["scopes"] = new JsonArray("tasks:read") })).Json["key"]);
        var program = new ApiClient(new HttpClient { BaseAddress = user.Http.BaseAddress });
        program.Http.DefaultRequestHeaders.Add("X-API-Key", key);
        await program.GetAsync("tasks");
        await program.PostAsync("tasks", new JsonObject { ["title"] = "a" }, HttpStatusCode.Forbidden);
        program.Http.DefaultRequestHeaders.Clear();
        program.Use(key);
        await program.GetAsync("tasks");
    }

    private async Task UseWebhooksAsync(ApiClient user, WebhookReceiver receiver)
    {
        var hook = await AddAsync("/hook", new JsonObject { ["apiKey"] = Secret("key-of-the-hook") });
        Keep(hook["secret"]);
        Keep((await AddAsync("/fails", []))["secret"]);
        await AddAsync("/shared", new JsonObject { ["useSharedSecret"] = true });
        Keep((await user.PostAsync($"webhooks/{hook["id"]}/rotate-secret", null, HttpStatusCode.OK)).Json["secret"]);
        await user.PostAsync($"webhooks/{hook["id"]}/test", null, HttpStatusCode.Accepted);
        await user.CreateTaskAsync(Secret("title-in-a-body"), new JsonObject { ["description"] = Secret("description-in-a-body") });
        // Three attempts at the one that fails, for test and task alike; the others once.
        await Eventually.TrueAsync(() => receiver.CountOf("/fails/" + _pathSecret) >= 3 && receiver.CountOf("/hook/" + _pathSecret) >= 2 && receiver.CountOf("/shared/" + _pathSecret) >= 1, Token);
        await user.PostAsync("webhooks", new JsonObject { ["url"] = $"http://user:{Secret("password-in-a-url")}@127.0.0.1:9/", ["events"] = new JsonArray("*") }, HttpStatusCode.BadRequest);

        async Task<JsonObject> AddAsync(string path, JsonObject body)
        {
            body["url"] = receiver.Url($"{path}/{_pathSecret}?key={Secret("key-in-a-url")}");
            body["events"] = new JsonArray("*");
            return (await user.PostAsync("webhooks", body)).Json;
        }
    }

    private async Task MoveDataAsync(ApiClient user)
    {
        using (var events = await EventSource.OpenAsync(user))
        {
            await user.CreateTaskAsync(Secret("title-in-a-stream"));
            await events.ReadAnyAsync();
        }

        await user.GetAsync("export");
        await user.GetAsync("sync");
        await user.SendRawAsync(HttpMethod.Post, "import", $$"""{"tasks":[{"title":1,"{{Secret("member-of-an-import")}}":true}]}""", HttpStatusCode.BadRequest);
        await user.SendRawAsync(HttpMethod.Post, "tasks", $$"""{"title":"a","{{Secret("member-nobody-knows")}}":true}""", HttpStatusCode.BadRequest);
        await user.SendRawAsync(HttpMethod.Post, "auth/login", $$"""{"email":"a@example.com","password":"{{Secret("password-in-broken-json")}}""", HttpStatusCode.BadRequest);
    }

    private async Task PutSecretsInOddPlacesAsync(ApiClient user, Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        await SendAsync(HttpMethod.Get, $"/api/v1/tasks?access_token={user.AccessToken}&search={Secret("what-a-person-seeks")}");
        await SendAsync(HttpMethod.Get, $"/api/v1/tasks/{Secret("token-in-a-path")}");
        await SendAsync(HttpMethod.Post, $"/api/v1/auth/refresh/{user.RefreshToken}");
        await SendAsync(new HttpMethod("SECRET-METHOD-9"), "/api/v1/tasks");
        _secrets.Add("SECRET-METHOD-9");
        await SendAsync(HttpMethod.Get, $"/api/v1/tasks#{user.AccessToken}");
        await SendAsync(HttpMethod.Get, "/api/v1/tasks", ("Cookie", $"session={Secret("cookie-secret")}"), ("Referer", $"https://example.com/?token={Secret("referer-secret")}"));
        await SendAsync(HttpMethod.Get, "/api/v1/tasks", ("X-API-Key", Secret("ta_key-of-nobody")));
        await SendAsync(HttpMethod.Get, "/api/v1/tasks", ("Authorization", $"Basic {Secret("basic-credentials")}"));
        await SendAsync(HttpMethod.Get, "/api/v1/tasks", ("Authorization", $"Bearer {Secret("not.a.token")}"));
        await SendAsync(HttpMethod.Post, "/api/v1/tasks", ("Idempotency-Key", Secret("idempotency-key")), ("If-Match", Secret("if-match")), ("User-Agent", Secret("user-agent")));
        await RawAsync($"GET /{Secret("first-line")}?token={user.AccessToken} HTTP/9.9\r\n\r\n");
        await RawAsync($"GET /api/v1/tasks HTTP/1.1\r\nHost: {Secret("host name")}\r\n\r\n");
        await RawAsync($"GET /api/v1/tasks HTTP/1.1\r\nHost: a\r\nBroken {Secret("header-line")}\r\n\r\n");

        async Task SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(method, path);
            if (method == HttpMethod.Post)
            {
                request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
            }

            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await http.SendAsync(request, Token);
            Assert.InRange((int)response.StatusCode, 400, 499);
        }

        async Task RawAsync(string text)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(address.Host, address.Port, Token);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Token);
            using var reader = new StreamReader(socket.GetStream());
            Assert.Matches("^HTTP/1.1 (400|505) ", await reader.ReadLineAsync(Token));
        }
    }

    private string Secret(string text)
    {
        lock (_secrets)
        {
            _secrets.Add($"{text}-{_secrets.Count}");
            return _secrets[^1];
        }
    }

    private string Keep(JsonNode? secret)
    {
        _secrets.Add(secret!.GetValue<string>());
        return _secrets[^1];
    }
}
