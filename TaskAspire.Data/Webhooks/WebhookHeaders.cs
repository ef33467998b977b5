using System.Buffers;
using System.Text.Json;

namespace TaskAspire.Data.Webhooks;

/// <summary>Which headers an endpoint's owner may have sent along. The API refuses the others; the dispatcher looks again before it sends.</summary>
public static class WebhookHeaders
{
    /// <summary>Most headers of an endpoint.</summary>
    public const int MaxCount = 20;

    /// <summary>Longest name, in characters.</summary>
    public const int NameMaxLength = 64;

    /// <summary>Longest value, in characters.</summary>
    public const int ValueMaxLength = 1024;

    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // What frames the message, belongs to the connection (RFC 9110 §7.6.1), or is said by us.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "expect", "host", "http2-settings", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
        "baggage", "traceparent", "tracestate", "user-agent", "x-api-key",
    };

    private static readonly string[] ReservedPrefixes = ["content-", "proxy-", "webhook-", "x-webhook-"];

    /// <summary>What is wrong with a header, in words for the endpoint's owner; null when nothing is.</summary>
    public static string? ProblemOf(string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > NameMaxLength || name.AsSpan().ContainsAnyExcept(Token))
        {
            return $"The name of a header must have 1 to {NameMaxLength} letters, digits or !#$%&'*+-.^_`|~.";
        }

        if (name.Equals("x-api-key", StringComparison.OrdinalIgnoreCase))
        {
            return "Set apiKey instead, which is sent as X-API-Key.";
        }

        if (Reserved.Contains(name) || ReservedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        {
            return "This header is set by the server or belongs to the connection; choose another name.";
        }

        // Anything else could end the header and begin another (RFC 9110 §5.5).
        return value is { Length: >= 1 and <= ValueMaxLength } && value.All(c => c is >= ' ' and <= '~') && value[0] != ' ' && value[^1] != ' '
            ? null
            : "The value must have 1 to 1,024 printable ASCII characters, without spaces at its ends.";
    }

    /// <summary>The form that is encrypted and stored.</summary>
    public static string Serialize(IReadOnlyDictionary<string, string> headers) => JsonSerializer.Serialize(headers);

    /// <summary>The headers that were stored.</summary>
    public static IReadOnlyDictionary<string, string> Deserialize(string text) => JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [];
}
