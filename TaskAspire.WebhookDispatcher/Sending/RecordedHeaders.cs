using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>
/// Headers as they are kept with an attempt, for its owner to see what was said: a JSON object, bounded, and without what would let somebody
/// who reads it act for either side.
/// </summary>
internal static class RecordedHeaders
{
    public const string Redacted = "[redacted]";

    private const int MaxHeaders = 40;
    private const int MaxValueLength = 256;
    private const int MaxBytes = 4096;

    private static readonly SearchValues<string> SecretParts =
        SearchValues.Create(["auth", "cookie", "key", "password", "secret", "session", "signature", "token"], StringComparison.OrdinalIgnoreCase);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What was sent. Of headers that are the owner's own, the names alone.</summary>
    public static string OfRequest(HttpRequestMessage request, IReadOnlyDictionary<string, string> own) =>
        Write(All(request.Headers, request.Content?.Headers), name => own.ContainsKey(name));

    /// <summary>What was answered.</summary>
    public static string OfResponse(HttpResponseMessage response) => Write(All(response.Headers, response.Content.Headers), _ => false);

    private static IEnumerable<KeyValuePair<string, HeaderStringValues>> All(HttpHeaders headers, HttpContentHeaders? content) =>
        content is null ? headers.NonValidated : headers.NonValidated.Concat(content.NonValidated);

    private static string Write(IEnumerable<KeyValuePair<string, HeaderStringValues>> headers, Func<string, bool> isSecret)
    {
        using var buffer = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var (name, values) in headers.Take(MaxHeaders))
            {
                if (json.BytesCommitted + json.BytesPending + name.Length + MaxValueLength > MaxBytes)
                {
                    break;
                }

                json.WriteString(Storable(name), isSecret(name) || LooksSecret(name) ? Redacted : Storable(values.ToString()));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static bool LooksSecret(string name) => name.AsSpan().ContainsAny(SecretParts);

    // Receivers send what they like; PostgreSQL does not take all of it, and a header that goes on for pages tells no more than its beginning.
    private static string Storable(string text)
    {
        var cut = text.Length > MaxValueLength ? text[..MaxValueLength] + "…" : text;
        return string.Create(cut.Length, cut, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '\uFFFD' : source[i];
            }
        });
    }
}
