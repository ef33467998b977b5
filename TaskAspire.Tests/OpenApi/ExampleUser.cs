using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.OpenApi;

/// <summary>A user who has what the example of a route speaks of.</summary>
internal sealed class ExampleUser
{
    /// <summary>What examples have for an id.</summary>
    private const string ExampleId = "01980f6e-7c1a-7d3e-9f7b-2a4c6e8d0f12";

    private readonly ApiClient _client;
    private readonly string _address;
    private readonly string _mentioned;

    private ExampleUser(ApiClient client, string address, string mentioned) => (_client, _address, _mentioned) = (client, address, mentioned);

    public static async Task<ExampleUser> CreateAsync(ApiHost api, string path, CancellationToken cancellationToken)
    {
        var client = await api.CreateUserAsync(cancellationToken);
        var task = (string)(await client.CreateTaskAsync("a"))["id"]!;
        var category = (string)(await client.PostAsync("categories", new JsonObject { ["name"] = "Home" }, HttpStatusCode.Created)).Json["id"]!;
        var own = path.Split('/') switch
        {
            [.., "categories", "{id}"] => category,
            [.., "tags", "{id}"] => (string)(await client.PostAsync("tags", new JsonObject { ["name"] = "home" }, HttpStatusCode.Created)).Json["id"]!,
            [_, _, _, "webhooks", "{id}", ..] => (string)(await client.PostAsync(
                "webhooks", new JsonObject { ["url"] = "https://example.com/hook", ["events"] = new JsonArray("*") }, HttpStatusCode.Created)).Json["id"]!,
            _ => task,
        };
        return new ExampleUser(client, path.Replace("{id}", own, StringComparison.Ordinal), path.EndsWith("/bulk", StringComparison.Ordinal) ? task : category);
    }

    /// <summary>Sends a body, with what the user has in the place of the example's id.</summary>
    public async Task<HttpResponseMessage> SendAsync(string method, string mediaType, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method.ToUpperInvariant()), _address)
        {
            Content = new StringContent(body.Replace(ExampleId, _mentioned, StringComparison.Ordinal), Encoding.UTF8, mediaType),
        };
        return await _client.Http.SendAsync(request, cancellationToken);
    }
}
