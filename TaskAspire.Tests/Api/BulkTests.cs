using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class BulkTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task Each_operation_does_what_its_route_does()
    {
        var user = await _api.CreateUserAsync();
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await IdAsync(user, $"{i}"));
        }

        await user.DeleteAsync($"tasks/{ids[5]}");
        await user.PostAsync($"tasks/{ids[3]}/complete", null, OK);

        var answer = (await RunAsync(user, atomic: false, $$"""
            { "op": "create", "task": { "title": "new", "tags": ["x"] } },
            { "op": "update", "id": "{{ids[0]}}", "patch": { "priority": "high" } },
            { "op": "replace", "id": "{{ids[1]}}", "task": { "title": "replaced" } },
            { "op": "complete", "id": "{{ids[2]}}" },
            { "op": "reopen", "id": "{{ids[3]}}" },
            { "op": "delete", "id": "{{ids[4]}}" },
            { "op": "restore", "id": "{{ids[5]}}" },
            { "op": "update", "id": "{{ids[0]}}", "patch": { "description": "twice" }, "ifMatch": "\"2\"" }
            """)).Json;

        Assert.Equal((8, 0), ((int)answer["succeeded"]!, (int)answer["failed"]!));
        var results = answer["results"]!.AsArray();
        Assert.Equal([201, 200, 200, 200, 200, 204, 200, 200], results.Select(r => (int)r!["status"]!));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], results.Select(r => (int)r!["index"]!));
        Assert.Null(results[5]!["task"]);
        foreach (var result in results.Where(r => r!["task"] is not null && (int)r["index"]! != 1))
        {
            var read = await user.GetAsync($"tasks/{result!["task"]!["id"]}");
            Assert.True(JsonNode.DeepEquals(read.Json, result["task"]), $"{read.Text} {result.ToJsonString()}");
            Assert.Equal(read.ETag, (string?)result["etag"]);
        }

        var twice = results[7]!["task"]!;
        Assert.Equal(("high", "twice", 3), ((string)twice["priority"]!, (string)twice["description"]!, (int)twice["version"]!));
        await user.GetAsync($"tasks/{ids[4]}", NotFound);
    }

    [Fact]
    public async Task One_that_fails_leaves_nothing_and_keeps_none_of_the_others_from_being_done()
    {
        var user = await _api.CreateUserAsync();
        var stranger = await _api.CreateUserAsync();
        var (a, theirs) = (await IdAsync(user, "a"), await IdAsync(stranger, "theirs"));

        var answer = (await RunAsync(user, atomic: false, $$"""
            { "op": "create", "task": { "title": "one" } },
            { "op": "create", "task": { "title": "" } },
            { "op": "update", "id": "{{a}}", "patch": { "title": "b", "tags": ["left over"], "reminders": [{ "id": "{{Guid.NewGuid()}}", "minutesBeforeDue": 1 }] } },
            { "op": "update", "id": "{{theirs}}", "patch": { "title": "mine" } },
            { "op": "delete", "id": "{{a}}", "ifMatch": "\"7\"" },
            { "op": "update", "id": "{{a}}", "patch": { "parentId": "{{a}}" } },
            { "op": "update", "id": "{{a}}", "patch": { "nonsense": 1 } },
            { "op": "explode" },
            null,
            { "op": "complete" },
            { "op": "create", "id": "{{a}}", "task": { "title": "x" } },
            { "op": "create", "task": { "description": "no title", "tags": ["x", "X"] } },
            { "op": "update", "id": "{{a}}", "patch": { "description": "done" } },
            { "op": "create", "task": { "title": "two" } }
            """)).Json;

        Assert.Equal((3, 11), ((int)answer["succeeded"]!, (int)answer["failed"]!));
        var results = answer["results"]!.AsArray();
        Assert.Equal([201, 400, 400, 404, 412, 400, 400, 400, 400, 400, 400, 400, 200, 201], results.Select(r => (int)r!["status"]!));
        string[][] paths =
        [
            [], ["operations[1].task.title"], ["operations[2].patch.reminders[0].id"], ["operations[3].id"], ["operations[4].ifMatch"], ["operations[5].patch.parentId"],
            ["operations[6].patch.nonsense"], ["operations[7].op"], ["operations[8]"], ["operations[9].id"], ["operations[10].id"], ["operations[11].task.title"],
        ];
        for (var i = 1; i < paths.Length; i++)
        {
            var problem = results[i]!["problem"]!;
            Assert.Equal(paths[i], problem["errors"]!.AsObject().Select(e => e.Key));
            Assert.StartsWith("urn:taskaspire:problem:", (string)problem["type"]!, StringComparison.Ordinal);
            Assert.Equal((int)results[i]!["status"]!, (int)problem["status"]!);
        }

        var task = (await user.GetAsync($"tasks/{a}")).Json;
        Assert.Equal(("a", "done", 2, 0), ((string)task["title"]!, (string)task["description"]!, (int)task["version"]!, task["tags"]!.AsArray().Count));
        Assert.Equal(3, (int?)(await user.GetAsync("tasks")).Json["total"]);
        Assert.Empty((await user.GetAsync("tags")).Json["items"]!.AsArray());
        Assert.Equal("theirs", (string?)(await stranger.GetAsync($"tasks/{theirs}")).Json["title"]);
    }

    [Theory]
    [InlineData("""{ "op": "update", "id": "01a204fd-08dc-7665-898a-348bda3bef04", "patch": { "title": "x" } }""", 404, "not-found", "operations[2].id")]
    [InlineData("""{ "op": "delete", "id": "ID", "ifMatch": "\"77\"" }""", 412, "precondition-failed", "operations[2].ifMatch")]
    [InlineData("""{ "op": "update", "id": "ID", "patch": { "title": "" } }""", 400, "validation", "operations[2].patch.title")]
    [InlineData("""{ "op": "create", "task": { "title": "x", "parentId": "01a204fd-08dc-7665-898a-348bda3bef04" } }""", 400, "validation", "operations[2].task.parentId")]
    [InlineData("""{ "op": "create", "task": { "title": 1 } }""", 400, "validation", "operations[2].task.title")]
    [InlineData("""{ "op": "create" }""", 400, "validation", "operations[2].task")]
    public async Task Atomic_does_nothing_when_one_fails_and_answers_its_problem(string operation, int status, string type, string path)
    {
        var user = await _api.CreateUserAsync();
        var id = await IdAsync(user, "a");

        var answer = await RunAsync(user, atomic: true, $$"""
            { "op": "create", "task": { "title": "new", "tags": ["new tag"] } }, { "op": "complete", "id": "{{id}}" }, {{operation.Replace("ID", id, StringComparison.Ordinal)}}
            """, (HttpStatusCode)status);

        Assert.Equal(type, answer.Problem);
        Assert.Equal([path], answer.Json["errors"]!.AsObject().Select(e => e.Key));
        Assert.Equal(1, (int?)(await user.GetAsync("tasks")).Json["total"]);
        Assert.Equal(1, (int?)(await user.GetAsync($"tasks/{id}")).Json["version"]);
        Assert.Single((await user.GetAsync($"tasks/{id}/history")).Json["items"]!.AsArray());
        Assert.Empty((await user.GetAsync("tags")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Atomic_with_an_idempotency_key_is_all_or_nothing_too()
    {
        var user = await _api.CreateUserAsync();
        var body = JsonNode.Parse("""{ "atomic": true, "operations": [{ "op": "create", "task": { "title": "a" } }, { "op": "create", "task": { "title": "b" } }] }""")!;
        var failing = JsonNode.Parse("""
            { "atomic": true, "operations": [{ "op": "create", "task": { "title": "a" } }, { "op": "complete", "id": "01a204fd-08dc-7665-898a-348bda3bef04" }] }
            """)!;
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        await user.SendAsync(HttpMethod.Post, "tasks/bulk", failing, NotFound, null, key);
        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
        var first = await user.SendAsync(HttpMethod.Post, "tasks/bulk", body, OK, null, key);
        var second = await user.SendAsync(HttpMethod.Post, "tasks/bulk", body, OK, null, key);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal(2, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Theory]
    [InlineData("""{}""", "operations")]
    [InlineData("""{"operations":[]}""", "operations")]
    [InlineData("""{"operations":null}""", "operations")]
    [InlineData("""{"operations":{}}""", "operations")]
    [InlineData("""{"operations":[5]}""", "operations[0]")]
    [InlineData("""{"operations":[],"more":1}""", "more")]
    [InlineData("""{"atomic":"yes","operations":[]}""", "atomic")]
    public async Task A_request_that_is_no_list_of_operations_is_refused_as_a_whole(string body, string field)
    {
        var user = await _api.CreateUserAsync();

        Assert.NotEmpty((await user.SendRawAsync(HttpMethod.Post, "tasks/bulk", body, BadRequest)).ErrorOf(field));
    }

    [Fact]
    public async Task A_hundred_operations_are_done_and_one_more_is_refused()
    {
        var user = await _api.CreateUserAsync();

        Assert.Equal(100, (int?)(await RunAsync(user, atomic: true, Creations(100))).Json["succeeded"]);
        Assert.NotEmpty((await RunAsync(user, atomic: false, Creations(101), BadRequest)).ErrorOf("operations"));
        Assert.Equal(100, (int?)(await user.GetAsync("tasks?limit=1")).Json["total"]);

        static string Creations(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{ "op": "create", "task": { "title": "{{i}}" } }"""));
    }

    [Fact]
    public async Task Bulks_at_once_in_opposite_orders_neither_fail_nor_lose_anything()
    {
        var user = await _api.CreateUserAsync();
        var other = user.On(await _api.GetBAsync());
        var ids = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add(await IdAsync(user, $"{i}"));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => RunAsync(n % 2 == 0 ? user : other, atomic: n % 3 == 0, string.Join(',', (n % 2 == 0 ? ids : Enumerable.Reverse(ids)).Select((id, i) =>
            $$"""{ "op": "update", "id": "{{id}}", "patch": { "title": "{{n}}", "tags": ["n{{n}}", "{{(n % 2 == 0 ? i : 9 - i)}}"] } }""")))));

        Assert.All(answers, a => Assert.Equal(10, (int?)a.Json["succeeded"]));
        foreach (var id in ids)
        {
            Assert.Equal(13, (int?)(await user.GetAsync($"tasks/{id}")).Json["version"]);
        }
    }

    private static async Task<string> IdAsync(ApiClient user, string title) => (string)(await user.CreateTaskAsync(title))["id"]!;

    private static Task<ApiAnswer> RunAsync(ApiClient user, bool atomic, string operations, HttpStatusCode expected = OK) =>
        user.SendRawAsync(HttpMethod.Post, "tasks/bulk", $$"""{ "atomic": {{(atomic ? "true" : "false")}}, "operations": [ {{operations}} ] }""", expected);
}
