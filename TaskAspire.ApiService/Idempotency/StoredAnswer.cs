using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Net.Http.Headers;

namespace TaskAspire.ApiService.Idempotency;

/// <summary>An answer as it is kept for repeats.</summary>
/// <param name="StatusCode">Its status.</param>
/// <param name="Headers">Those of its headers that say something about it, as a JSON object.</param>
/// <param name="Body">Its body, encrypted: some answers show a secret once.</param>
internal sealed record StoredAnswer(int StatusCode, string Headers, byte[] Body)
{
    /// <summary>Sent with an answer that was given before.</summary>
    private const string ReplayedHeader = "Idempotent-Replayed";

    private static readonly string[] Kept =
        [HeaderNames.ContentType, HeaderNames.Location, HeaderNames.ETag, HeaderNames.Link, HeaderNames.CacheControl];

    public static StoredAnswer Of(HttpResponse response, byte[] body, IDataProtector protector)
    {
        var headers = Kept.Where(response.Headers.ContainsKey).ToDictionary(name => name, name => response.Headers[name].ToString());
        return new StoredAnswer(response.StatusCode, JsonSerializer.Serialize(headers), body.Length == 0 ? [] : protector.Protect(body));
    }

    /// <summary>Gives the answer again, and says that it is one given before.</summary>
    public async Task SendAsync(HttpResponse response, IDataProtector protector, CancellationToken cancellationToken)
    {
        response.StatusCode = StatusCode;
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(Headers)!)
        {
            response.Headers[name] = value;
        }

        response.Headers[ReplayedHeader] = "true";
        if (Body.Length > 0)
        {
            var body = protector.Unprotect(Body);
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, cancellationToken);
        }
    }
}
