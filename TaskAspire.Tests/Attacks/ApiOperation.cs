using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.Attacks;

/// <summary>What the API's own description says it can do; so a new route is attacked without being added here.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The template, such as <c>/api/v1/tasks/{id}</c>.</param>
/// <param name="Body">A body that is valid, or would be for the right resource; null for none.</param>
internal sealed record ApiOperation(HttpMethod Method, string Path, JsonObject? Body)
{
    private const string Root = "/api/v1/";

    /// <summary>Who is anonymous by nature. Every other operation has to ask who is there.</summary>
    private static readonly string[] Anonymous = ["auth/register", "auth/login", "auth/refresh", "auth/logout"];

    public bool IsAnonymous => Anonymous.Contains(Path[Root.Length..]);

    public bool HasId => Path.Contains('{', StringComparison.Ordinal);

    public bool IsWrite => Method != HttpMethod.Get;

    /// <summary>The scope that an API key needs for it; null where no key will do.</summary>
    public string? Scope => Path[Root.Length..].Split('/')[0] switch
    {
        "auth" or "api-keys" => null,
        "webhooks" or "webhook-deliveries" or "webhook-events" => "webhooks:manage",
        _ => IsWrite ? "tasks:write" : "tasks:read",
    };

    public override string ToString() => $"{Method} {Path}";

    /// <summary>The path with a value in the place of each parameter.</summary>
    public string PathWith(string id) => string.Join('/', Path.Split('/').Select(segment => segment.StartsWith('{') ? id : segment));

    /// <summary>All operations below <c>/api/v1</c>.</summary>
    public static async Task<IReadOnlyList<ApiOperation>> ReadAllAsync(ApiClient client)
    {
        var document = (await client.SendAsync(HttpMethod.Get, "/openapi/v1.json", null, HttpStatusCode.OK)).Json;
        var samples = new SampleBodies(document);
        var operations = document["paths"]!.AsObject()
            .Where(path => path.Key.StartsWith(Root, StringComparison.Ordinal))
            .SelectMany(path => path.Value!.AsObject()
                .Where(member => member.Key is "get" or "put" or "post" or "patch" or "delete")
                .Select(member => new ApiOperation(HttpMethod.Parse(member.Key.ToUpperInvariant()), path.Key, samples.For(member.Value!.AsObject()))))
            .ToList();
        Assert.InRange(operations.Count, 30, 500);
        return operations;
    }
}
