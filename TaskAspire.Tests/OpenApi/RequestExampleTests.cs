using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.OpenApi;

/// <summary>An example is what a reader sends first, so it has to be one that works.</summary>
public sealed class RequestExampleTests(BackingServices services)
{
    private static readonly HttpStatusCode[] Refusals =
        [HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.UnprocessableEntity, HttpStatusCode.MethodNotAllowed];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_shown_as_the_body_of_a_request_is_accepted()
    {
        var api = await SharedApi.On(services).GetAAsync();
        var document = JsonNode.Parse(await api.CreateAnonymous().Http.GetStringAsync("/openapi/v1.json", Cancel))!;
        var refused = new List<string>();
        var sent = 0;
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                foreach (var (type, media) in operation!["requestBody"]?["content"]?.AsObject() ?? [])
                {
                    sent++;
                    if (await RefusalOfAsync(api, path, method, type, media!["example"]!) is { } refusal)
                    {
                        refused.Add($"{method} {path} {type}: {refusal}");
                    }
                }
            }
        }

        Assert.Empty(refused);
        Assert.True(sent > 20, $"Only {sent} examples were found.");
    }

    [Fact]
    public async Task A_task_can_be_created_from_its_example_by_who_has_nothing_yet()
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        var document = JsonNode.Parse(await user.Http.GetStringAsync("/openapi/v1.json", Cancel))!;
        await user.PostAsync("tasks", document["paths"]!["/api/v1/tasks"]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!.DeepClone());
    }

    private static async Task<string?> RefusalOfAsync(ApiHost api, string path, string method, string type, JsonNode example)
    {
        // Of its own for each: some of the requests end the account.
        var user = await ExampleUser.CreateAsync(api, path, Cancel);
        using var answer = await user.SendAsync(method, type, example is JsonValue text ? text.GetValue<string>() : example.ToJsonString(), Cancel);
        return Refusals.Contains(answer.StatusCode) ? await answer.Content.ReadAsStringAsync(Cancel) : null;
    }
}
