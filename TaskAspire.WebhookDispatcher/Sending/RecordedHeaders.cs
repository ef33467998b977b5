using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>
/// Headers as they are kept with an attempt, for its owner to see what was said: a JSON object, bounded, and without anything that would let a
/// reader act for either side.
/// </summary>
internal static class RecordedHeaders
{
    public const string Redacted = "[redacted]";

    private const int MaxHeaders = 40;
    private const int MaxValueLength = 256;
    private const int MaxBytes = 4096;

    private static readonly SearchValues<string> SecretParts =
        SearchValues.Create(["auth", "cookie", "key", "password", "secret", "session", "signature", "token"], StringComparison.OrdinalIgnoreCase);

    // What PostgreSQL does not store, or nobody could read.
    private static readonly SearchValues<char> Unstorable =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => char.IsControl(c) || char.IsSurrogate(c))]);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What was sent. Of headers that are the owner's own, the names alone.</summary>
    public static string OfRequest(HttpRequestMessage request, IReadOnlyDictionary<string, string> own) =>
        Write(request.Headers, request.Content?.Headers, own);

    /// <summary>What was answered.</summary>
    public static string OfResponse(HttpResponseMessage response) => Write(response.Headers, response.Content.Headers, own: null);

    private static string Write(HttpHeaders headers, HttpContentHeaders? content, IReadOnlyDictionary<string, string>? own)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            Write(json, [headers, content], own);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<HttpHeaders?> parts, IReadOnlyDictionary<string, string>? own)
    {
        var written = 0;
        foreach (var part in parts)
        {
            foreach (var (name, values) in part?.NonValidated ?? default)
            {
                if (written++ == MaxHeaders || json.BytesCommitted + json.BytesPending + name.Length + MaxValueLength > MaxBytes)
                {
                    return;
                }

                // Whatever case the owner wrote it in: the client has its own for the names that it knows.
                var isSecret = own?.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) == true || name.AsSpan().ContainsAny(SecretParts);
                json.WriteString(Storable(name), isSecret ? Redacted : Storable(values.ToString()));
            }
        }
    }

    // Receivers send what they like; PostgreSQL does not take all of it, and a header that goes on for pages tells no more than its beginning.
    private static string Storable(string text)
    {
        var cut = text.Length > MaxValueLength ? text[..MaxValueLength] + "…" : text;
        return !cut.AsSpan().ContainsAny(Unstorable) ? cut : string.Create(cut.Length, cut, (span, source) =>
            source.AsSpan().ReplaceAny(span, Unstorable, '\uFFFD'));
    }
}
