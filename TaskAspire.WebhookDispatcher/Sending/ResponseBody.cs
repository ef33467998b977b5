using System.Buffers;
using System.Text;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>Reads as much of an answer as is worth it.</summary>
internal static class ResponseBody
{
    /// <summary>Bytes after which reading stops. Enough to have small answers end, so that the connection can be used again.</summary>
    public const int ReadLimit = 16 * 1024;

    /// <summary>Reads up to <see cref="ReadLimit"/> bytes, and keeps the first <see cref="WebhookAttempt.ResponseBodyMaxBytes"/> as text.</summary>
    public static async Task<string?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadLimit);
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var length = 0;
            while (length < ReadLimit && await stream.ReadAsync(buffer.AsMemory(length, ReadLimit - length), cancellationToken) is var read and > 0)
            {
                length += read;
            }

            return ToText(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Text whose UTF-8 form has at most <see cref="WebhookAttempt.ResponseBodyMaxBytes"/> bytes and that PostgreSQL takes: invalid
    /// bytes become U+FFFD, NUL goes, no character is cut in two.
    /// </summary>
    public static string? ToText(ReadOnlySpan<byte> bytes)
    {
        // A character has at most four bytes: what lies beyond cannot be kept anyway.
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, WebhookAttempt.ResponseBodyMaxBytes + 4)]).Replace("\0", "", StringComparison.Ordinal);
        var size = 0;
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            size += rune.Utf8SequenceLength;
            if (size > WebhookAttempt.ResponseBodyMaxBytes)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return end == 0 ? null : text[..end];
    }
}
