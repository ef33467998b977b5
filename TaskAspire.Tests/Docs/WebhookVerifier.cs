using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TaskAspire.Tests.Docs;

internal static class WebhookVerifier
{
    private const int ToleranceSeconds = 5 * 60;

    /// <summary>Whether webhook-signature is of this message. Call it with the body as it arrived, before anything parses it.</summary>
    public static bool Verify(string secret, IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        string id = headers["webhook-id"].ToString(), sent = headers["webhook-timestamp"].ToString();
        if (!long.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - timestamp) > ToleranceSeconds)
        {
            return false;
        }

        byte[] message = [.. Encoding.UTF8.GetBytes($"{id}.{sent}."), .. body];
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), message));
        // Two, separated by a space, while a rotated secret is still valid.
        return headers["webhook-signature"].ToString().Split(' ').Any(signature => AreEqual(signature, expected));
    }

    /// <summary>Whether X-Webhook-Signature is of this body. It says nothing of when it was sent.</summary>
    public static bool VerifyBody(string secret, IHeaderDictionary headers, ReadOnlySpan<byte> body) =>
        AreEqual(headers["X-Webhook-Signature"].ToString(), Convert.ToHexStringLower(HMACSHA256.HashData(KeyOf(secret), body)));

    // What follows whsec_ is base64; a shared secret is used as it is.
    private static byte[] KeyOf(string secret) =>
        secret.StartsWith("whsec_", StringComparison.Ordinal) ? Convert.FromBase64String(secret["whsec_".Length..]) : Encoding.UTF8.GetBytes(secret);

    private static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
