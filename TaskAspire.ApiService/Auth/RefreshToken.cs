using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// A refresh token: <c>rt_</c> and base64url of its session's id, 16 random bytes that all tokens of the session share, its family, and 16 of its own. The id
/// finds the row; the hash of the whole decides. The family tells a token that was good once from one that somebody made up, who knows no more than the id. The
/// prefix lets secret scanners recognise one that leaked.
/// </summary>
/// <param name="SessionId">The session.</param>
/// <param name="Family">What its tokens share. A secret: only its hash is kept.</param>
/// <param name="Hash">SHA-256 of the whole.</param>
internal readonly record struct RefreshToken(Guid SessionId, byte[] Family, byte[] Hash)
{
    private const string Prefix = "rt_";
    private const int IdBytes = 16;
    private const int FamilyBytes = 16;
    private const int OwnBytes = 16;
    private const int Bytes = IdBytes + FamilyBytes + OwnBytes;
    private const int EncodedLength = Bytes / 3 * 4;

    /// <summary>SHA-256 of the family.</summary>
    public byte[] FamilyHash => SHA256.HashData(Family);

    /// <summary>The first token of a session: what the client gets, and what is kept.</summary>
    public static (string Text, RefreshToken Token) Create(Guid sessionId) => Create(sessionId, RandomNumberGenerator.GetBytes(FamilyBytes));

    /// <summary>The token that comes after this one.</summary>
    public (string Text, RefreshToken Token) CreateNext() => Create(SessionId, Family);

    /// <summary>Reads what a client sent; null when it never was one of ours.</summary>
    public static RefreshToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text.Length != Prefix.Length + EncodedLength
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length), bytes, out _, out var written) != OperationStatus.Done
            || written != bytes.Length)
        {
            return null;
        }

        return Read(bytes);
    }

    private static (string Text, RefreshToken Token) Create(Guid sessionId, byte[] family)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        sessionId.TryWriteBytes(bytes, bigEndian: true, out _);
        family.CopyTo(bytes[IdBytes..]);
        RandomNumberGenerator.Fill(bytes[^OwnBytes..]);
        return (Prefix + Base64Url.EncodeToString(bytes), Read(bytes));
    }

    private static RefreshToken Read(ReadOnlySpan<byte> bytes) =>
        new(new Guid(bytes[..IdBytes], bigEndian: true), bytes.Slice(IdBytes, FamilyBytes).ToArray(), SHA256.HashData(bytes));
}
