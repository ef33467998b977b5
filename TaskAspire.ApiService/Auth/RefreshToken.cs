using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// A refresh token: <c>rt_</c> and base64url of its session's id and 32 random bytes. The id finds the row; the hash of the
/// whole decides. The prefix lets secret scanners recognise one that leaked.
/// </summary>
internal readonly record struct RefreshToken(Guid SessionId, byte[] Hash)
{
    private const string Prefix = "rt_";
    private const int IdBytes = 16;
    private const int SecretBytes = 32;
    private const int EncodedLength = (IdBytes + SecretBytes) / 3 * 4;

    /// <summary>A new token of a session: what the client gets, and what is kept.</summary>
    public static (string Text, RefreshToken Token) Create(Guid sessionId)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        sessionId.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[IdBytes..]);
        return (Prefix + Base64Url.EncodeToString(bytes), new RefreshToken(sessionId, SHA256.HashData(bytes)));
    }

    /// <summary>Reads what a client sent; null when it never was one of ours.</summary>
    public static RefreshToken? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[IdBytes + SecretBytes];
        if (text.Length != Prefix.Length + EncodedLength
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length), bytes, out _, out var written) != OperationStatus.Done
            || written != bytes.Length)
        {
            return null;
        }

        return new RefreshToken(new Guid(bytes[..IdBytes], bigEndian: true), SHA256.HashData(bytes));
    }
}
