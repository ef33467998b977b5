using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TaskAspire.Tests.Logging;

/// <summary>A request as it arrived.</summary>
internal sealed record ElasticsearchRequest(string Method, string Path, string Authorization, string Body)
{
    public bool IsBulk => Path.EndsWith("/_bulk", StringComparison.Ordinal);
}

/// <summary>
/// Speaks as much of Elasticsearch's interface as a log sink uses: policies, index templates, and <c>create</c> operations on a data stream, where
/// an id that is there is a conflict. It can be told to answer otherwise, to die and to come back.
/// </summary>
internal sealed class ElasticsearchStub : IAsyncDisposable
{
    private readonly ConcurrentQueue<ElasticsearchRequest> _requests = new();
    private readonly ConcurrentDictionary<string, JsonObject> _documents = new();
    private readonly ConcurrentDictionary<string, JsonObject> _resources = new();
    private WebApplication? _app;

    /// <summary>Answers a request in place of what is here, and says whether it did.</summary>
    public Func<HttpContext, ElasticsearchRequest, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Status of a document, other than that it is taken.</summary>
    public Func<JsonObject, int?> StatusOf { get; set; } = _ => null;

    public int Port { get; private set; }

    public Uri Url => new($"http://127.0.0.1:{Port}");

    public IReadOnlyCollection<ElasticsearchRequest> Requests => _requests;

    public IReadOnlyCollection<ElasticsearchRequest> BulkRequests => [.. _requests.Where(request => request.IsBulk)];

    /// <summary>What is stored.</summary>
    public ICollection<JsonObject> Documents => _documents.Values;

    public IEnumerable<string> Messages => Documents.Select(document => (string)document["message"]!);

    /// <summary>Policies and templates by path.</summary>
    public IDictionary<string, JsonObject> Resources => _resources;

    public static async Task<ElasticsearchStub> StartAsync()
    {
        var stub = new ElasticsearchStub();
        await stub.ReviveAsync();
        return stub;
    }

    /// <summary>Connections break and the port is closed; what is stored stays.</summary>
    public async Task DieAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }

    /// <summary>Listens, at the port it had.</summary>
    public async Task ReviveAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, Port));
        var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        Port = new Uri(app.Urls.Single()).Port;
        _app = app;
    }

    public async ValueTask DisposeAsync() => await DieAsync();

    /// <summary>An answer of one status to each request, or each of a kind.</summary>
    public void Refuse(int status, string? pathPrefix = null, string? retryAfter = null) => Instead = (context, request) =>
    {
        if (!request.Path.StartsWith(pathPrefix ?? "/", StringComparison.Ordinal))
        {
            return Task.FromResult(false);
        }

        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        return Task.FromResult(true);
    };

    public void Behave() => Instead = (_, _) => Task.FromResult(false);

    /// <summary>Does what a bulk request says.</summary>
    /// <returns>The answer.</returns>
    public JsonObject Store(string body)
    {
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var items = new JsonArray();
        for (var i = 0; i < lines.Length; i += 2)
        {
            // A data stream takes no other operation.
            var id = JsonNode.Parse(lines[i])!["create"]!["_id"]?.GetValue<string>() ?? Guid.NewGuid().ToString();
            var document = JsonNode.Parse(lines[i + 1])!.AsObject();
            var status = StatusOf(document) ?? (_documents.TryAdd(id, document) ? 201 : 409);
            var result = new JsonObject { ["status"] = status };
            if (status >= 300)
            {
                result["error"] = new JsonObject { ["type"] = status == 400 ? "document_parsing_exception" : "other_exception", ["reason"] = $"Preview of field's value: {lines[i + 1]}" };
            }

            items.Add(new JsonObject { ["create"] = result });
        }

        return new JsonObject { ["items"] = items };
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = new ElasticsearchRequest(
            context.Request.Method, context.Request.Path, context.Request.Headers.Authorization.ToString(), await reader.ReadToEndAsync(context.RequestAborted));
        _requests.Enqueue(request);
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        if (await Instead(context, request))
        {
            return;
        }

        var answer = request switch
        {
            { IsBulk: true, Method: "POST" } => Store(request.Body),
            { Method: "PUT" } => Put(request),
            { Method: "GET", Path: "/" } => new JsonObject { ["tagline"] = "You Know, for Search" },
            { Method: "GET" } => _resources.GetValueOrDefault(request.Path)?.DeepClone().AsObject(),
            _ => null,
        };
        context.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        await context.Response.WriteAsJsonAsync(answer ?? [], context.RequestAborted);
    }

    private JsonObject Put(ElasticsearchRequest request)
    {
        var name = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        var body = JsonNode.Parse(request.Body)!.AsObject();
        _resources[request.Path] = request.Path.StartsWith("/_index_template/", StringComparison.Ordinal)
            ? new JsonObject { ["index_templates"] = new JsonArray(new JsonObject { ["name"] = name, ["index_template"] = body }) }
            : new JsonObject { [name] = body };
        return new JsonObject { ["acknowledged"] = true };
    }
}
