using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class TaskTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task A_created_task_is_answered_whole_with_location_and_entity_tag()
    {
        var user = await _api.CreateUserAsync();
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "Work" })).Json;

        var created = await user.PostAsync("tasks", JsonNode.Parse($$"""
            {
              "title": "Grüße 🎉", "description": "more", "status": "in_progress", "priority": "high",
              "dueDate": "2030-01-01T10:00:00.1239+01:00", "timeZone": "Europe/Berlin", "categoryId": "{{category["id"]}}",
              "tags": ["b", "a"], "reminders": [{ "minutesBeforeDue": 30 }, { "at": "2029-12-31T00:00:00Z" }]
            }
            """));

        var task = created.Json;
        Assert.Equal("Grüße 🎉", (string?)task["title"]);
        Assert.Equal("2030-01-01T09:00:00.123Z", (string?)task["dueDate"]);
        Assert.Equal("Work", (string?)task["category"]!["name"]);
        Assert.Equal("""["a","b"]""", task["tags"]!.ToJsonString());
        Assert.Equal("2029-12-31T00:00:00.000Z", (string?)task["reminders"]![0]!["at"]);
        Assert.Equal(30, (int?)task["reminders"]![1]!["minutesBeforeDue"]);
        Assert.EndsWith($"/api/v1/tasks/{task["id"]}", created.Headers.Location!.ToString(), StringComparison.Ordinal);
        var read = await user.GetAsync($"tasks/{task["id"]}");
        Assert.Equal(created.Text, read.Text);
        Assert.Equal(created.ETag, read.ETag);
    }

    [Theory]
    [InlineData("europe/berlin", "Europe/Berlin")]
    [InlineData("utc", "UTC")]
    // An old name stays one.
    [InlineData("Asia/Calcutta", "Asia/Calcutta")]
    [InlineData("etc/gmt+5", "Etc/GMT+5")]
    public async Task A_time_zone_is_written_as_in_the_iana_database(string sent, string name)
    {
        var user = await _api.CreateUserAsync();
        var rule = "FREQ=DAILY\nEXDATE;TZID=" + sent + ":20310101T000000";

        var task = await user.CreateTaskAsync("a", new JsonObject { ["dueDate"] = "2030-01-01T00:00:00Z", ["timeZone"] = sent, ["recurrence"] = rule });

        Assert.Equal(name, (string?)task["timeZone"]);
        Assert.Equal(1, (int?)(await user.PatchAsync($"tasks/{task["id"]}", new JsonObject { ["timeZone"] = sent })).Json["version"]);
    }

    [Theory]
    [InlineData("""{"title":""}""", "title")]
    [InlineData("""{"title":"   "}""", "title")]
    [InlineData("""{}""", "title")]
    [InlineData("""{"title":null}""", "title")]
    [InlineData("""{"title":1}""", "title")]
    [InlineData("""{"title":"a\u0000b"}""", "title")]
    [InlineData("""{"title":"\ud800"}""", "title")]
    [InlineData("""{"title":"a","title":"b"}""", "title")]
    [InlineData("""{"title":"a","userId":"01a204fd-08dc-7665-898a-348bda3bef04"}""", "userId")]
    [InlineData("""{"title":"a","status":"finished"}""", "status")]
    [InlineData("""{"title":"a","priority":3}""", "priority")]
    [InlineData("""{"title":"a","dueDate":"tomorrow"}""", "dueDate")]
    [InlineData("""{"title":"a","dueDate":"2030-01-01T00:00:00"}""", "dueDate")]
    [InlineData("""{"title":"a","dueDate":"0001-01-01T00:00:00+14:00"}""", "dueDate")]
    [InlineData("""{"title":"a","dueDate":"9999-12-31T23:59:59-12:00"}""", "dueDate")]
    [InlineData("""{"title":"a","timeZone":"Mars/Olympus"}""", "timeZone")]
    [InlineData("""{"title":"a","timeZone":"../../etc/passwd"}""", "timeZone")]
    [InlineData("""{"title":"a","timeZone":"Europe//Berlin"}""", "timeZone")]
    [InlineData("""{"title":"a","timeZone":"Factory"}""", "timeZone")]
    [InlineData("""{"title":"a","timeZone":"posix/Europe/Berlin"}""", "timeZone")]
    [InlineData("""{"title":"a","timeZone":"W. Europe Standard Time"}""", "timeZone")]
    [InlineData("""{"title":"a","categoryId":"01a204fd-08dc-7665-898a-348bda3bef04"}""", "categoryId")]
    [InlineData("""{"title":"a","categoryId":"x"}""", "categoryId")]
    [InlineData("""{"title":"a","tags":["x","X"]}""", "tags[1]")]
    [InlineData("""{"title":"a","tags":[""]}""", "tags[0]")]
    [InlineData("""{"title":"a","tags":[null]}""", "tags[0]")]
    [InlineData("""{"title":"a","tags":null}""", "tags")]
    [InlineData("""{"title":"a","reminders":[null]}""", "reminders[0]")]
    [InlineData("""{"title":"a","reminders":[{}]}""", "reminders[0]")]
    [InlineData("""{"title":"a","reminders":[{"at":"2030-01-01T00:00:00Z","minutesBeforeDue":1}]}""", "reminders[0]")]
    [InlineData("""{"title":"a","reminders":[{"minutesBeforeDue":-1}]}""", "reminders[0].minutesBeforeDue")]
    [InlineData("""{"title":"a","reminders":[{"minutesBeforeDue":1},{"minutesBeforeDue":1}]}""", "reminders[1]")]
    [InlineData("""{"title":"a","reminders":[{"id":"01a204fd-08dc-7665-898a-348bda3bef04","minutesBeforeDue":1}]}""", "reminders[0].id")]
    [InlineData("""[]""", "$")]
    [InlineData("""{"title":"a" """, "$")]
    [InlineData("""{"title":"a"}}""", "$")]
    public async Task A_wrong_body_is_a_400_that_names_the_field(string body, string field)
    {
        var user = await _api.CreateUserAsync();

        var answer = await user.SendRawAsync(HttpMethod.Post, "tasks", body, BadRequest);

        Assert.NotEmpty(answer.ErrorOf(field));
        Assert.Equal(32, ((string)answer.Json["traceId"]!).Length);
        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Fact]
    public async Task Lengths_are_limited_where_the_contract_says()
    {
        var user = await _api.CreateUserAsync();

        await user.CreateTaskAsync(new string('x', 200), new JsonObject { ["description"] = new string('y', 10_000), ["tags"] = new JsonArray(new string('z', 50)) });
        Assert.Contains("200", (await user.PostAsync("tasks", new JsonObject { ["title"] = new string('x', 201) }, BadRequest)).ErrorOf("title"), StringComparison.Ordinal);
        Assert.Contains("10,000", (await user.PostAsync("tasks", new JsonObject { ["title"] = "x", ["description"] = new string('y', 10_001) }, BadRequest)).ErrorOf("description"), StringComparison.Ordinal);
        await user.SendRawAsync(HttpMethod.Post, "tasks", $$"""{"title":"{{new string('x', 2 * 1024 * 1024)}}"}""", RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_body_nested_too_deep_is_refused()
    {
        var user = await _api.CreateUserAsync();
        var bomb = string.Concat(Enumerable.Repeat("""{"title":""", 20_000));

        await user.SendRawAsync(HttpMethod.Post, "tasks", bomb, BadRequest);
        await user.SendRawAsync(HttpMethod.Post, "tasks", new string('[', 100_000), BadRequest);
        var id = (await user.CreateTaskAsync("a"))["id"];
        await user.SendRawAsync(HttpMethod.Patch, $"tasks/{id}", bomb, BadRequest);
    }

    [Fact]
    public async Task A_body_of_another_kind_is_415_and_another_method_405()
    {
        var user = await _api.CreateUserAsync();

        using var form = await user.Http.PostAsync("/api/v1/tasks", new FormUrlEncodedContent([new("title", "x")]), TestContext.Current.CancellationToken);
        Assert.Equal(UnsupportedMediaType, form.StatusCode);
        Assert.Equal("application/problem+json", form.Content.Headers.ContentType?.MediaType);
        await user.PutAsync("tasks", new JsonObject(), MethodNotAllowed);
        await user.GetAsync("tasks/not-an-id", NotFound);
    }

    [Fact]
    public async Task A_patch_touches_only_what_it_sends_and_null_clears()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", JsonNode.Parse("""
            { "description": "d", "priority": "low", "dueDate": "2030-01-01T00:00:00Z", "tags": ["t"], "reminders": [{ "minutesBeforeDue": 5 }] }
            """)!.AsObject());

        var patched = (await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{ "description": null, "priority": "urgent" }"""))).Json;

        Assert.Null(patched["description"]);
        Assert.Equal("urgent", (string?)patched["priority"]);
        Assert.Equal(2, (int?)patched["version"]);
        foreach (var untouched in new[] { "title", "dueDate", "tags", "reminders", "status", "createdAt" })
        {
            Assert.True(JsonNode.DeepEquals(task[untouched], patched[untouched]), untouched);
        }
    }

    [Theory]
    [InlineData("""{"title":null}""", "title")]
    [InlineData("""{"title":""}""", "title")]
    [InlineData("""{"status":"x"}""", "status")]
    [InlineData("""{"version":7}""", "version")]
    [InlineData("""{"unknown":null}""", "unknown")]
    [InlineData("""{"timeZone":"localtime"}""", "timeZone")]
    [InlineData("""{"tags":["",2]}""", "tags[1]")]
    [InlineData("""{"categoryId":"01a204fd-08dc-7665-898a-348bda3bef04"}""", "categoryId")]
    [InlineData("""[1]""", "$")]
    public async Task A_wrong_patch_changes_nothing(string patch, string field)
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a");

        var answer = await user.SendRawAsync(HttpMethod.Patch, $"tasks/{task["id"]}", patch, BadRequest);

        Assert.NotEmpty(answer.ErrorOf(field));
        Assert.True(JsonNode.DeepEquals(task, (await user.GetAsync($"tasks/{task["id"]}")).Json));
    }

    [Fact]
    public async Task A_field_that_is_none_is_named_as_it_was_spelled()
    {
        var user = await _api.CreateUserAsync();

        var answer = await user.SendRawAsync(HttpMethod.Post, "tasks", """{"title":"a","it's":1}""", BadRequest);

        var message = answer.Json["errors"]!.AsObject().Select(field => field.Value![0]!.GetValue<string>()).Single();
        Assert.Contains("There is no field 'it's'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json-patch+json")]
    [InlineData("application/vnd.api+json")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task Only_a_merge_patch_is_a_patch(string? type)
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a");
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/tasks/{task["id"]}") { Content = new StringContent("""{"title":"b"}""") };
        request.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);

        using var answer = await user.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("application/merge-patch+json, application/json", answer.Headers.GetValues("Accept-Patch").Single());
        Assert.Equal("a", (string?)(await user.GetAsync($"tasks/{task["id"]}")).Json["title"]);
    }

    [Fact]
    public async Task A_name_that_is_spelled_otherwise_is_told_as_it_was_sent()
    {
        var user = await _api.CreateUserAsync();
        Assert.Contains("'Title'", (await user.PostAsync("tasks", JsonNode.Parse("""{"Title":"a"}"""), BadRequest)).ErrorOf("title"), StringComparison.Ordinal);
        Assert.Contains("'Status'", (await user.GetAsync("tasks?Status=todo", BadRequest)).ErrorOf("status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_replaces_the_whole_task()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", JsonNode.Parse("""{ "description": "d", "tags": ["t"], "reminders": [{ "minutesBeforeDue": 5 }] }""")!.AsObject());

        var replaced = (await user.PutAsync($"tasks/{task["id"]}", new JsonObject { ["title"] = "b" })).Json;

        Assert.Equal("b", (string?)replaced["title"]);
        Assert.Null(replaced["description"]);
        Assert.Empty(replaced["tags"]!.AsArray());
        Assert.Empty(replaced["reminders"]!.AsArray());
    }

    [Fact]
    public async Task Only_the_current_entity_tag_lets_a_conditional_write_through()
    {
        var user = await _api.CreateUserAsync();
        var created = await user.PostAsync("tasks", new JsonObject { ["title"] = "a", ["tags"] = new JsonArray("t") });
        var path = $"tasks/{created.Json["id"]}";

        await user.SendAsync(HttpMethod.Patch, path, new JsonObject { ["title"] = "b" }, OK, null, ("If-Match", created.ETag));
        foreach (var (method, body) in new[] { (HttpMethod.Patch, new JsonObject { ["title"] = "c" }), (HttpMethod.Put, new JsonObject { ["title"] = "c" }), (HttpMethod.Delete, null) })
        {
            Assert.Equal("precondition-failed", (await user.SendAsync(method, path, body, PreconditionFailed, null, ("If-Match", created.ETag))).Problem);
            Assert.Equal("precondition-failed", (await user.SendAsync(method, path, body, PreconditionFailed, null, ("If-Match", "garbage"))).Problem);
        }

        var current = await user.GetAsync(path);
        Assert.Equal("b", (string?)current.Json["title"]);
        await user.SendAsync(HttpMethod.Get, path, null, NotModified, null, ("If-None-Match", current.ETag));
        await user.SendAsync(HttpMethod.Get, path, null, OK, null, ("If-None-Match", created.ETag));
        await user.SendAsync(HttpMethod.Delete, path, null, NoContent, null, ("If-Match", "*"));
    }

    [Fact]
    public async Task Renaming_a_category_or_tag_makes_the_entity_tag_another()
    {
        var user = await _api.CreateUserAsync();
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "before" })).Json;
        var task = await user.CreateTaskAsync("a", new JsonObject { ["categoryId"] = (string?)category["id"] });
        var etag = (await user.GetAsync($"tasks/{task["id"]}")).ETag;

        await user.PatchAsync($"categories/{category["id"]}", new JsonObject { ["name"] = "after" });

        var read = await user.SendAsync(HttpMethod.Get, $"tasks/{task["id"]}", null, OK, null, ("If-None-Match", etag));
        Assert.Equal("after", (string?)read.Json["category"]!["name"]);
    }

    [Fact]
    public async Task Of_parallel_conditional_patches_one_wins()
    {
        var user = await _api.CreateUserAsync();
        var created = await user.PostAsync("tasks", new JsonObject { ["title"] = "a" });
        var path = $"/api/v1/tasks/{created.Json["id"]}";

        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = System.Net.Http.Json.JsonContent.Create(new { title = $"t{i}" }) };
            request.Headers.TryAddWithoutValidation("If-Match", created.ETag);
            using var response = await user.Http.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));

        Assert.Equal(1, statuses.Count(s => s == OK));
        Assert.Equal(19, statuses.Count(s => s == PreconditionFailed));
    }

    [Fact]
    public async Task Parallel_patches_of_different_fields_all_last()
    {
        var user = await _api.CreateUserAsync();
        var other = user.On(await _api.GetBAsync());
        var id = (await user.CreateTaskAsync("a"))["id"];

        await Task.WhenAll(
            user.PatchAsync($"tasks/{id}", new JsonObject { ["title"] = "b" }),
            other.PatchAsync($"tasks/{id}", new JsonObject { ["description"] = "d" }),
            user.PatchAsync($"tasks/{id}", new JsonObject { ["priority"] = "high" }),
            other.PatchAsync($"tasks/{id}", new JsonObject { ["tags"] = new JsonArray("new", "tags") }));

        var task = (await user.GetAsync($"tasks/{id}")).Json;
        Assert.Equal(("b", "d", "high", 2, 5), ((string)task["title"]!, (string)task["description"]!, (string)task["priority"]!, task["tags"]!.AsArray().Count, (int)task["version"]!));
    }

    [Fact]
    public async Task Completing_and_reopening_move_the_status_and_the_time()
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.CreateTaskAsync("a"))["id"];

        var completed = (await user.PostAsync($"tasks/{id}/complete", null, OK)).Json;
        Assert.Equal("done", (string?)completed["status"]);
        Assert.NotNull(completed["completedAt"]);
        var again = (await user.PostAsync($"tasks/{id}/complete", null, OK)).Json;
        Assert.True(JsonNode.DeepEquals(completed, again));
        var reopened = (await user.PostAsync($"tasks/{id}/reopen", null, OK)).Json;
        Assert.Equal("todo", (string?)reopened["status"]);
        Assert.Null(reopened["completedAt"]);
        await user.PostAsync($"tasks/{Guid.NewGuid()}/complete", null, NotFound);
    }

    [Fact]
    public async Task A_deleted_task_is_gone_from_reads_and_lists()
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.CreateTaskAsync("a"))["id"];

        await user.DeleteAsync($"tasks/{id}");

        await user.GetAsync($"tasks/{id}", NotFound);
        await user.DeleteAsync($"tasks/{id}", NotFound);
        await user.PatchAsync($"tasks/{id}", new JsonObject { ["title"] = "b" }, NotFound);
        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Fact]
    public async Task What_belongs_to_somebody_else_is_not_there()
    {
        var owner = await _api.CreateUserAsync();
        var stranger = await _api.CreateUserAsync();
        var category = (await owner.PostAsync("categories", new JsonObject { ["name"] = "c" })).Json["id"];
        var task = (await owner.CreateTaskAsync("a", new JsonObject { ["tags"] = new JsonArray("t") }))["id"];
        var tag = (await owner.GetAsync("tags")).Json["items"]![0]!["id"];
        var webhook = (await owner.PostAsync("webhooks", JsonNode.Parse("""{ "url": "http://127.0.0.1:9/", "events": ["task.created"] }"""))).Json["id"];

        foreach (var path in new[] { $"tasks/{task}", $"categories/{category}", $"tags/{tag}", $"webhooks/{webhook}", $"webhooks/{webhook}/deliveries" })
        {
            await stranger.GetAsync(path, NotFound);
        }

        foreach (var path in new[] { $"tasks/{task}", $"categories/{category}", $"tags/{tag}", $"webhooks/{webhook}" })
        {
            await stranger.DeleteAsync(path, NotFound);
        }

        await stranger.PutAsync($"tasks/{task}", new JsonObject { ["title"] = "x" }, NotFound);
        await stranger.PatchAsync($"webhooks/{webhook}", new JsonObject { ["enabled"] = false }, NotFound);
        await stranger.PostAsync("tasks", new JsonObject { ["title"] = "x", ["categoryId"] = (string?)category }, BadRequest);
        Assert.Equal(0, (int?)(await stranger.GetAsync($"tasks?categoryId={category}&tag=t")).Json["total"]);
    }

    [Theory]
    [InlineData("GET", "tasks")]
    [InlineData("POST", "tasks")]
    [InlineData("GET", "tasks/01a204fd-08dc-7665-898a-348bda3bef04")]
    [InlineData("GET", "categories")]
    [InlineData("GET", "tags")]
    [InlineData("GET", "webhooks")]
    [InlineData("GET", "webhook-deliveries/01a204fd-08dc-7665-898a-348bda3bef04")]
    public async Task Nothing_is_answered_without_a_token(string method, string path)
    {
        var anonymous = (await _api.GetAAsync()).CreateAnonymous();

        var answer = await anonymous.SendAsync(new HttpMethod(method), path, method == "POST" ? new JsonObject() : null, Unauthorized);

        Assert.Equal("unauthorized", answer.Problem);
        Assert.Contains("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }
}
