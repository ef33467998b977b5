using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

/// <summary>What holds for every route that writes tasks.</summary>
public sealed class TaskWriteTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task Of_fifty_parallel_conditional_patches_on_two_instances_one_wins()
    {
        var user = await _api.CreateUserAsync();
        var other = user.On(await _api.GetBAsync());
        var created = await user.PostAsync("tasks", new JsonObject { ["title"] = "a" });

        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/tasks/{created.Json["id"]}") { Content = System.Net.Http.Json.JsonContent.Create(new { title = $"t{i}" }) };
            request.Headers.TryAddWithoutValidation("If-Match", created.ETag);
            using var response = await (i % 2 == 0 ? user : other).Http.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));

        Assert.Equal(1, statuses.Count(s => s == OK));
        Assert.Equal(49, statuses.Count(s => s == PreconditionFailed));
        Assert.Equal(2, (await user.GetAsync($"tasks/{created.Json["id"]}/history")).Json["items"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("reopen")]
    [InlineData("restore")]
    public async Task If_match_holds_for_actions(string action)
    {
        var user = await _api.CreateUserAsync();
        var created = await user.PostAsync("tasks", new JsonObject { ["title"] = "a", ["status"] = "cancelled" });
        var path = $"tasks/{created.Json["id"]}";
        var current = await user.PatchAsync(path, new JsonObject { ["title"] = "b" });

        Assert.Equal("precondition-failed", (await user.SendAsync(HttpMethod.Post, $"{path}/{action}", null, PreconditionFailed, null, ("If-Match", created.ETag))).Problem);
        await user.SendAsync(HttpMethod.Post, $"{path}/{action}", null, OK, null, ("If-Match", $"\"x\", {current.ETag}"));
    }

    [Fact]
    public async Task Whose_account_is_deleted_meanwhile_is_not_logged_in_any_more()
    {
        var user = await _api.CreateUserAsync();
        // So that the session is known to be good without asking the database.
        await user.GetAsync("tasks");
        await using var connection = new NpgsqlConnection(await _api.GetDatabaseAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var delete = new NpgsqlCommand("DELETE FROM users WHERE email = @email", connection);
        delete.Parameters.AddWithValue("email", user.Email);
        Assert.Equal(1, await delete.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        foreach (var body in new[] { """{ "title": "a" }""", """{ "title": "a", "tags": ["new"] }""", """{ "title": "a", "reminders": [{ "minutesBeforeDue": 1 }] }""" })
        {
            var answer = await user.SendRawAsync(HttpMethod.Post, "tasks", body, Unauthorized);
            Assert.Equal("unauthorized", answer.Problem);
            Assert.Contains("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("tasks/bulk", """{"operations":[{"op":"create","task":{"title":"a","tags":""", "]}}]}")]
    [InlineData("tasks/bulk", """{"operations":[{"op":"create","task":""", "}]}")]
    [InlineData("tasks/bulk", """{"operations":""", "}")]
    [InlineData("tasks", """{"title":"a","reminders":""", "}")]
    public async Task A_megabyte_of_nesting_or_of_items_is_the_clients_fault(string path, string before, string after)
    {
        var user = await _api.CreateUserAsync();

        foreach (var filling in new[] { new string('[', 500_000) + new string(']', 500_000), "[" + string.Concat(Enumerable.Repeat("{},", 300_000)) + "{}]", "[" + string.Concat(Enumerable.Repeat("\"a\",", 200_000)) + "\"a\"]" })
        {
            using var content = new StringContent(before + filling + after, System.Text.Encoding.UTF8, "application/json");
            using var response = await user.Http.PostAsync($"/api/v1/{path}", content, TestContext.Current.CancellationToken);
            // The first operation of a bulk that can be read fails alone.
            Assert.True(response.StatusCode is BadRequest or RequestEntityTooLarge || (path == "tasks/bulk" && response.StatusCode == OK), $"{response.StatusCode} {before}");
        }

        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Theory]
    [InlineData("PATCH", "tasks/ID", """{"title":"a","title":"b"}""", "title")]
    [InlineData("PATCH", "tasks/ID", """{"reminders":[{},{"at":null,"at":null}]}""", "reminders[1].at")]
    [InlineData("PATCH", "tasks/ID", """{"\ud800":1}""", "$")]
    [InlineData("POST", "tasks/bulk", """{"operations":[{"op":"create","op":"delete","task":{"title":"a"}}]}""", "operations[0].op")]
    [InlineData("POST", "tasks/bulk", """{"operations":[{"op":"create","task":{"title":"a","title":"b"}}]}""", "operations[0].task.title")]
    [InlineData("POST", "tasks/bulk", """{"operations":[{"op":"update","id":"ID","patch":{"title":"a","title":"b"}}]}""", "operations[0].patch.title")]
    public async Task A_field_given_twice_is_refused(string method, string path, string body, string field)
    {
        var user = await _api.CreateUserAsync();
        var id = (string)(await user.CreateTaskAsync("before"))["id"]!;

        var answer = await user.SendRawAsync(
            new HttpMethod(method), path.Replace("ID", id, StringComparison.Ordinal), body.Replace("ID", id, StringComparison.Ordinal), BadRequest);

        Assert.NotEmpty(answer.ErrorOf(field));
        Assert.Equal("before", (string?)(await user.GetAsync($"tasks/{id}")).Json["title"]);
    }
}
