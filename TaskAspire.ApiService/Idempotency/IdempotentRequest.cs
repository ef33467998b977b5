using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using TaskAspire.ApiService.Auth;
using TaskAspire.Data.Idempotency;

namespace TaskAspire.ApiService.Idempotency;

/// <summary>A request that may be sent again, and how a repeat of it is known.</summary>
/// <param name="Scope">See <see cref="IdempotencyKey.Scope"/>.</param>
/// <param name="UserId">The caller; null for an anonymous one.</param>
/// <param name="Key">What the client sent as <see cref="HeaderName"/>.</param>
/// <param name="Hash">See <see cref="IdempotencyKey.RequestHash"/>.</param>
internal sealed record IdempotentRequest(Guid Scope, Guid? UserId, string Key, byte[] Hash)
{
    /// <summary>draft-ietf-httpapi-idempotency-key-header.</summary>
    public const string HeaderName = "Idempotency-Key";

    private const int ReadSize = 16 * 1024;

    /// <summary>
    /// Whether the client may use this as a key: 1 to 255 visible ASCII characters. Quotes, which the draft has around a key, are
    /// part of it.
    /// </summary>
    public static bool IsKey(string text) => text.Length is > 0 and <= IdempotencyKey.KeyMaxLength && text.All(c => c is >= '!' and <= '~');

    /// <summary>Reads the body, which is left to be read again.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large or was cut short.</exception>
    public static async Task<IdempotentRequest> ReadAsync(HttpContext context, string key)
    {
        var hash = await HashAsync(context.Request, context.RequestAborted);
        var userId = context.User.FindUserId();
        return new IdempotentRequest(userId ?? new Guid(hash.AsSpan(0, 16)), userId, key, hash);
    }

    private static async Task<byte[]> HashAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.PathBase}{request.Path}{request.QueryString}\n{request.ContentType}\n"));
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return hash.GetHashAndReset();
    }
}

/// <summary>Whose the answer to an anonymous request is; a feature that the endpoint sets, so that the kept answer goes with the account.</summary>
internal sealed record IdempotencyOwner(Guid UserId);
