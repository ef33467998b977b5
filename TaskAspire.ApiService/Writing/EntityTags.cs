using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Writing;

/// <summary>Entity tags and the headers that ask for them (RFC 9110 §8.8.3 and §13.1).</summary>
internal static class EntityTags
{
    private const int DigestBytes = 12;

    /// <summary>The tag of something small that has no version: a digest of what is answered.</summary>
    public static string Of<T>(T representation) => OfBytes(JsonSerializer.SerializeToUtf8Bytes(representation, ApiJson.Options));

    /// <summary>The tag of what is answered, as it is sent.</summary>
    public static string OfBytes(ReadOnlySpan<byte> representation)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(representation, digest);
        return $"\"{Convert.ToHexStringLower(digest[..DigestBytes])}\"";
    }

    /// <summary>Whether a write may go ahead: no <c>If-Match</c> was sent, or the current tag is in it (strong comparison).</summary>
    public static bool Allow(StringValues ifMatch, string etag) => ifMatch.Count == 0 || IsIn(ifMatch, etag, strong: true);

    /// <summary>Answers with the tag, and tells whether the client has what it stands for already: whether it is in <c>If-None-Match</c> (weak comparison).</summary>
    public static bool IsKnown(HttpContext context, string etag)
    {
        context.Response.Headers.ETag = etag;
        var ifNoneMatch = context.Request.Headers.IfNoneMatch;
        return ifNoneMatch.Count > 0 && IsIn(ifNoneMatch, etag, strong: false);
    }

    private static bool IsIn(StringValues header, string etag, bool strong)
    {
        var current = EntityTagHeaderValue.Parse(etag);
        return EntityTagHeaderValue.TryParseList([.. header.Select(h => h ?? "")], out var tags)
            && tags.Any(t => t.Tag == "*" || t.Compare(current, strong));
    }
}
