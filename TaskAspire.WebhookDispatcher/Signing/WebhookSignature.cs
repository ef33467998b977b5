using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TaskAspire.WebhookDispatcher.Signing;

/// <summary>The two signatures of a delivery. Both are HMAC-SHA256 with the same key.</summary>
internal static class WebhookSignature
{
    /// <summary><c>X-Webhook-Signature</c>: lower-case hex, over the body alone.</summary>
    public static string OfBody(ReadOnlySpan<byte> key, ReadOnlySpan<byte> body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, body));

    /// <summary>
    /// <c>webhook-signature</c> (Standard Webhooks, "Signature scheme"): <c>v1,</c> and base64, over <c>id.timestamp.body</c>, so that
    /// neither can be exchanged and an old delivery cannot be played again. One for each key, separated by spaces.
    /// </summary>
    /// <param name="keys">The key in force, then those that are still valid.</param>
    /// <param name="id">What is sent as <c>webhook-id</c>.</param>
    /// <param name="timestamp">What is sent as <c>webhook-timestamp</c>: Unix seconds.</param>
    /// <param name="body">The bytes that are sent.</param>
    public static string OfMessage(IReadOnlyList<byte[]> keys, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.");
        var length = Encoding.UTF8.GetByteCount(prefix);
        var message = new byte[length + body.Length];
        Encoding.UTF8.GetBytes(prefix, message);
        body.CopyTo(message.AsSpan(length));
        return string.Join(' ', keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, message))));
    }
}
