using System.Buffers;
using System.Text;
using System.Text.Json;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>A document on its way, with an id of its own: when it is sent a second time, because the answer to the first got lost, it is not there twice.</summary>
/// <param name="Id">Made from the time, so that Elasticsearch's lookup of it stays cheap.</param>
/// <param name="Json">The document on one line.</param>
internal sealed record BulkDocument(string Id, ReadOnlyMemory<byte> Json);

/// <summary>Bodies of the bulk API: lines in pairs, what to do and the document to do it with.</summary>
internal static class BulkBatch
{
    /// <summary>The documents of a body; what it says to do is taken to be <c>create</c>.</summary>
    public static List<BulkDocument> Parse(ReadOnlyMemory<byte> body)
    {
        var documents = new List<BulkDocument>();
        var isDocument = false;
        while (body.Length > 0)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            if (isDocument)
            {
                documents.Add(new BulkDocument(Guid.CreateVersion7().ToString("N"), line));
            }

            isDocument = !isDocument;
            body = end < 0 ? default : body[(end + 1)..];
        }

        return documents;
    }

    public static ReadOnlyMemory<byte> Write(IReadOnlyCollection<BulkDocument> documents)
    {
        var body = new ArrayBufferWriter<byte>(documents.Sum(document => document.Json.Length + 64));
        foreach (var document in documents)
        {
            body.Write("{\"create\":{\"_id\":\""u8);
            Encoding.ASCII.GetBytes(document.Id, body);
            body.Write("\"}}\n"u8);
            body.Write(document.Json.Span);
            body.Write("\n"u8);
        }

        return body.WrittenMemory;
    }

    /// <summary>Status and kind of error of each document, in their order; null when this is no answer of the bulk API.</summary>
    public static IReadOnlyList<(int Status, string Kind)>? ReadItems(JsonElement? answer, int count)
    {
        try
        {
            return answer?.GetProperty("items") is { } items && items.GetArrayLength() == count ? [.. items.EnumerateArray().Select(ReadItem)] : null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    // {"create":{"status":400,"error":{"type":"document_parsing_exception", …}}}
    private static (int Status, string Kind) ReadItem(JsonElement item)
    {
        var result = item.EnumerateObject().First().Value;
        return (result.GetProperty("status").GetInt32(),
            result.TryGetProperty("error", out var error) && error.TryGetProperty("type", out var type) ? type.GetString() ?? "" : "");
    }
}
