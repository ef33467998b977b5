using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Attacks;

/// <summary>Every route there is, from the API's own description, against those who should not get through.</summary>
public sealed class RouteAttackTests(BackingServices services)
{
    private static readonly string[] Scopes = ["tasks:read", "tasks:write", "webhooks:manage"];

    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_gets_anything_without_saying_who_they_are()
    {
        var anonymous = (await _api.GetAAsync()).CreateAnonymous();
        foreach (var operation in (await ApiOperation.ReadAllAsync(anonymous)).Where(o => !o.IsAnonymous))
        {
            var (status, body, headers) = await SendAsync(anonymous, operation, Guid.NewGuid().ToString());
            Assert.True(status == HttpStatusCode.Unauthorized, $"{operation}: {status} {body}");
            Assert.Equal("Bearer", headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task What_belongs_to_another_user_does_not_exist_and_stays_as_it_is()
    {
        var victim = await CreateVictimAsync();
        var attacker = await _api.CreateUserAsync();
        await using var postgres = NpgsqlDataSource.Create(await _api.GetDatabaseAsync());
        var ids = await ReadIdsAsync(postgres, victim.Id);
        Assert.InRange(ids.Count, 8, 100);
        var before = await ReadRowsAsync(postgres, victim.Id);

        foreach (var operation in (await ApiOperation.ReadAllAsync(attacker)).Where(o => o.HasId))
        {
            foreach (var id in ids)
            {
                var (status, body, _) = await SendAsync(attacker, operation, id.ToString());
                Assert.True(status == HttpStatusCode.NotFound, $"{operation} with {id}: {status} {body}. If the body was not valid, {nameof(SampleBodies)} lacks a value.");
                Assert.DoesNotContain("secret of the victim", body, StringComparison.Ordinal);
            }
        }

        Assert.Equal(before, await ReadRowsAsync(postgres, victim.Id));
    }

    [Fact]
    public async Task Another_users_id_in_a_body_is_no_way_in_either()
    {
        var victim = await CreateVictimAsync();
        var attacker = await _api.CreateUserAsync();
        await using var postgres = NpgsqlDataSource.Create(await _api.GetDatabaseAsync());
        var before = await ReadRowsAsync(postgres, victim.Id);
        var category = (await victim.Client.GetAsync("categories")).Json["items"]![0]!["id"]!;
        Assert.NotEmpty((await attacker.PostAsync("tasks", new JsonObject { ["title"] = "a", ["categoryId"] = category.DeepClone() }, HttpStatusCode.BadRequest)).ErrorOf("categoryId"));
        var own = (await attacker.CreateTaskAsync("mine"))["id"];
        Assert.NotEmpty((await attacker.PatchAsync($"tasks/{own}", new JsonObject { ["categoryId"] = category.DeepClone() }, HttpStatusCode.BadRequest)).ErrorOf("categoryId"));
        Assert.Empty((await attacker.GetAsync($"tasks?categoryId={category}")).Json["items"]!.AsArray());
        Assert.Equal(before, await ReadRowsAsync(postgres, victim.Id));
    }

    [Fact]
    public async Task An_API_key_gets_no_further_than_its_scope_on_any_route()
    {
        var user = await _api.CreateUserAsync();
        var operations = (await ApiOperation.ReadAllAsync(user)).Where(o => !o.IsAnonymous).ToList();
        foreach (var scope in Scopes)
        {
            var key = (await user.PostAsync("api-keys", new JsonObject { ["name"] = scope, ["scopes"] = new JsonArray(scope) })).Json["key"]!.GetValue<string>();
            var program = (await _api.GetAAsync()).CreateAnonymous();
            program.Http.DefaultRequestHeaders.Add("X-API-Key", key);
            foreach (var operation in operations)
            {
                var (status, body, headers) = await SendAsync(program, operation, Guid.NewGuid().ToString(), onlyHeaders: true);
                if (operation.Scope == scope)
                {
                    Assert.True(status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden), $"{operation} with {scope}: {status}");
                    continue;
                }

                Assert.True(status == HttpStatusCode.Forbidden, $"{operation} with {scope}: {status} {body}");
                Assert.Equal("urn:taskaspire:problem:forbidden", (string?)JsonNode.Parse(body)!["type"]);
                Assert.Equal(
                    operation.Scope is null ? "Bearer error=\"insufficient_scope\"" : $"Bearer error=\"insufficient_scope\", scope=\"{operation.Scope}\"",
                    headers.WwwAuthenticate.ToString());
            }
        }
    }

    [Fact]
    public async Task What_the_server_decides_cannot_be_sent_along()
    {
        var user = await CreateVictimAsync();
        await using var postgres = NpgsqlDataSource.Create(await _api.GetDatabaseAsync());
        var own = (await ReadIdsAsync(postgres, user.Id)).Select(id => id.ToString()).ToList();
        string[] members = ["id", "userId", "version", "createdAt", "updatedAt", "deletedAt", "completedAt", "isAdmin", "__proto__"];
        foreach (var operation in (await ApiOperation.ReadAllAsync(user.Client)).Where(o => o.Body is not null))
        {
            foreach (var member in members)
            {
                var reached = false;
                foreach (var id in operation.HasId ? own : [""])
                {
                    var body = operation.Body!.DeepClone().AsObject();
                    body[member] = Guid.NewGuid().ToString();
                    var (status, answer, _) = await SendAsync(user.Client, operation with { Body = body }, id);
                    reached |= status == HttpStatusCode.BadRequest;
                    Assert.True(
                        status == HttpStatusCode.NotFound || (status == HttpStatusCode.BadRequest && JsonNode.Parse(answer)!["errors"]?[member] is not null),
                        $"{operation} with {member}: {status} {answer}");
                }

                Assert.True(reached, $"{operation} was not reached with any of the user's ids");
            }
        }
    }

    private async Task<(ApiClient Client, Guid Id)> CreateVictimAsync()
    {
        var client = await _api.CreateUserAsync();
        await client.PostAsync("webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/hook", ["events"] = new JsonArray("task.created"), ["description"] = "secret of the victim" });
        var category = await client.PostAsync("categories", new JsonObject { ["name"] = "secret of the victim" });
        await client.CreateTaskAsync("secret of the victim", new JsonObject
        {
            ["categoryId"] = category.Json["id"]!.DeepClone(),
            ["tags"] = new JsonArray("secret of the victim"),
            ["reminders"] = new JsonArray(new JsonObject { ["at"] = "2040-01-01T00:00:00Z" }),
        });
        await client.PostAsync("api-keys", new JsonObject { ["name"] = "secret of the victim", ["scopes"] = new JsonArray("tasks:read") });
        return (client, (await client.GetAsync("auth/me")).Json["id"]!.GetValue<Guid>());
    }

    private static async Task<(HttpStatusCode Status, string Body, System.Net.Http.Headers.HttpResponseHeaders Headers)> SendAsync(
        ApiClient client, ApiOperation operation, string id, bool onlyHeaders = false)
    {
        using var request = new HttpRequestMessage(operation.Method, operation.PathWith(id));
        if (operation.Body is { } body)
        {
            request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        }

        // A stream of events never ends.
        using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var text = onlyHeaders && response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(Cancel);
        return (response.StatusCode, text, response.Headers);
    }

    /// <summary>Every id of everything that is the user's, whatever it is.</summary>
    private static async Task<List<Guid>> ReadIdsAsync(NpgsqlDataSource postgres, Guid userId)
    {
        var ids = new List<Guid>();
        foreach (var table in await ReadTablesAsync(postgres, "AND EXISTS (SELECT FROM information_schema.columns i WHERE i.table_name = c.table_name AND i.column_name = 'id' AND i.data_type = 'uuid')"))
        {
            await using var command = postgres.CreateCommand($"SELECT id FROM \"{table}\" WHERE user_id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = userId });
            await using var rows = await command.ExecuteReaderAsync(Cancel);
            while (await rows.ReadAsync(Cancel))
            {
                ids.Add(rows.GetGuid(0));
            }
        }

        return ids;
    }

    private static async Task<string> ReadRowsAsync(NpgsqlDataSource postgres, Guid userId)
    {
        var all = new List<string>();
        foreach (var table in await ReadTablesAsync(postgres, ""))
        {
            await using var command = postgres.CreateCommand($"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM \"{table}\" t WHERE user_id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = userId });
            all.Add($"{table}: {await command.ExecuteScalarAsync(Cancel)}");
        }

        return string.Join('\n', all);
    }

    private static async Task<List<string>> ReadTablesAsync(NpgsqlDataSource postgres, string condition)
    {
        var tables = new List<string>();
        await using var command = postgres.CreateCommand(
            $"SELECT table_name FROM information_schema.columns c WHERE table_schema = 'public' AND column_name = 'user_id' {condition} ORDER BY 1");
        await using var rows = await command.ExecuteReaderAsync(Cancel);
        while (await rows.ReadAsync(Cancel))
        {
            tables.Add(rows.GetString(0));
        }

        return tables;
    }
}
