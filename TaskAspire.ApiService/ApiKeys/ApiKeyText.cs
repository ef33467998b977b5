using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace TaskAspire.ApiService.ApiKeys;

/// <summary>
/// An API key: <c>ta_</c>, 43 random characters of base 62 (256 bits), and a checksum of six. The prefix and the checksum let secret
/// scanners recognise one that leaked and pass over what only looks like one, and spare the database a question about the rest.
/// </summary>
internal static class ApiKeyText
{
    /// <summary>What every key begins with, and no access token does.</summary>
    internal const string Prefix = "ta_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int PrefixLength = 3;
    private const int SecretLength = 43;
    private const int ChecksumLength = 6;
    private const int Length = PrefixLength + SecretLength + ChecksumLength;
    private const int ShownLength = 11;

    private static readonly SearchValues<char> Digits = SearchValues.Create(Alphabet);

    /// <summary>A new key.</summary>
    public static string Create()
    {
        var secret = Prefix + RandomNumberGenerator.GetString(Alphabet, SecretLength);
        return secret + ChecksumOf(secret);
    }

    /// <summary>As much of a key as may be shown: tells keys apart, and leaves over 200 bits to guess.</summary>
    public static string ShownPart(string key) => key[..ShownLength];

    /// <summary>The form that is kept; null when the text never was one of our keys.</summary>
    public static byte[]? FindHash(ReadOnlySpan<char> text)
    {
        if (text.Length != Length
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text[PrefixLength..].ContainsAnyExcept(Digits)
            || !text.EndsWith(ChecksumOf(text[..^ChecksumLength]), StringComparison.Ordinal))
        {
            return null;
        }

        return Hash(text);
    }

    /// <summary>The form that is kept. A fast hash is enough for what nobody can guess.</summary>
    public static byte[] Hash(ReadOnlySpan<char> key)
    {
        Span<byte> text = stackalloc byte[Length];
        return SHA256.HashData(text[..Encoding.ASCII.GetBytes(key, text)]);
    }

    /// <summary>CRC-32C, in base 62, the highest digit first.</summary>
    private static string ChecksumOf(ReadOnlySpan<char> text)
    {
        var checksum = uint.MaxValue;
        foreach (var character in text)
        {
            checksum = BitOperations.Crc32C(checksum, (byte)character);
        }

        return string.Create(ChecksumLength, ~checksum, (digits, rest) =>
        {
            for (var i = digits.Length - 1; i >= 0; i--)
            {
                digits[i] = Alphabet[(int)(rest % (uint)Alphabet.Length)];
                rest /= (uint)Alphabet.Length;
            }
        });
    }
}
