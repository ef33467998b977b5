using System.Net;
using System.Reflection;
using System.Text.Json;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>
/// Lifecycle policy and index template of the data stream, from <c>ops/elasticsearch/</c>. A policy that is there is the operator's and is
/// left alone, and so is a template of the same or a later version.
/// </summary>
internal sealed class DataStreamSetup(DeliveryReport report)
{
    /// <summary>The policy's and the template's name.</summary>
    public const string Name = "logs-taskaspire";

    private const string PolicyPath = $"_ilm/policy/{Name}";
    private const string TemplatePath = $"_index_template/{Name}";

    private bool _isDone;

    public static byte[] Policy { get; } = Read("lifecycle-policy.json");

    public static byte[] Template { get; } = Read("index-template.json");

    /// <summary>Puts in place what is missing, once. Where that is not allowed the data stream is left to those who are allowed to, with a warning.</summary>
    /// <exception cref="UnavailableException">To be tried again.</exception>
    public async Task EnsureAsync(ElasticsearchClient client, CancellationToken cancellationToken)
    {
        if (_isDone)
        {
            return;
        }

        // The policy first: the template names it.
        if (await PutIfAsync(client, PolicyPath, Policy, static _ => false, cancellationToken))
        {
            await PutIfAsync(client, TemplatePath, Template, IsOlder, cancellationToken);
        }

        _isDone = true;
    }

    private static bool IsOlder(JsonElement found) =>
        !(found.TryGetProperty("index_templates", out var templates)
            && templates.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } template
            && template.GetProperty("index_template").TryGetProperty("version", out var version)
            && version.GetInt64() >= JsonElement.Parse(Template).GetProperty("version").GetInt64());

    private async Task<bool> PutIfAsync(ElasticsearchClient client, string path, byte[] body, Func<JsonElement, bool> isToReplace, CancellationToken cancellationToken)
    {
        var answer = await client.AskAsync(HttpMethod.Get, path, null, cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound || (answer is { IsSuccess: true, Json: { } found } && isToReplace(found)))
        {
            answer = await client.AskAsync(HttpMethod.Put, path, body, cancellationToken);
        }

        if (!answer.IsSuccess)
        {
            report.SetUpRefused(path, answer.Status);
        }

        return answer.IsSuccess;
    }

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Elasticsearch/{name}")
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
