using System.Buffers;
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
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(prefix.Length) + body.Length);
        try
        {
            var length = Encoding.UTF8.GetBytes(prefix, buffer);
            body.CopyTo(buffer.AsSpan(length));
            var message = buffer.AsMemory(0, length + body.Length);
            return string.Join(' ', keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, message.Span))));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
