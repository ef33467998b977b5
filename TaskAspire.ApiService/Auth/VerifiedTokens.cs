using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// Access tokens whose signature and claims were found good, so that an RSA signature is checked once a token and not in each request.
/// A signature does not become wrong by time; that a token expires and that its session ends are asked each time.
/// </summary>
/// <remarks>By a hash, since a token does not belong into memory for longer than its request.</remarks>
internal sealed class VerifiedTokens
{
    /// <summary>Tokens remembered at a time, about 1.5 KB each.</summary>
    internal const int Capacity = 10_000;

    private readonly ConcurrentDictionary<Digest, VerifiedToken> _tokens = new();

    /// <summary>The token as it was verified; null when it has to be.</summary>
    public VerifiedToken? Find(ReadOnlySpan<char> token) => _tokens.GetValueOrDefault(Digest.Of(token));

    public void Add(ReadOnlySpan<char> token, VerifiedToken verified, DateTime now)
    {
        if (_tokens.Count >= Capacity)
        {
            MakeRoom(now);
        }

        _tokens[Digest.Of(token)] = verified;
    }

    /// <summary>Forgets those that have expired; all when that is not enough, which costs each of them one signature.</summary>
    private void MakeRoom(DateTime now)
    {
        foreach (var (digest, verified) in _tokens)
        {
            if (verified.Expires <= now)
            {
                _tokens.TryRemove(digest, out _);
            }
        }

        if (_tokens.Count >= Capacity)
        {
            _tokens.Clear();
        }
    }

    /// <summary>SHA-256.</summary>
    private readonly record struct Digest(UInt128 First, UInt128 Second)
    {
        private const int StackLimit = 2_048;

        public static Digest Of(ReadOnlySpan<char> token)
        {
            var length = Encoding.UTF8.GetByteCount(token);
            Span<byte> text = length <= StackLimit ? stackalloc byte[StackLimit] : new byte[length];
            Span<UInt128> digest = stackalloc UInt128[2];
            SHA256.HashData(text[..Encoding.UTF8.GetBytes(token, text)], MemoryMarshal.AsBytes(digest));
            return new Digest(digest[0], digest[1]);
        }
    }
}

/// <summary>What a token says.</summary>
/// <param name="Principal">The caller.</param>
/// <param name="NotBefore">UTC.</param>
/// <param name="Expires">UTC.</param>
internal sealed record VerifiedToken(SessionPrincipal Principal, DateTime NotBefore, DateTime Expires);
