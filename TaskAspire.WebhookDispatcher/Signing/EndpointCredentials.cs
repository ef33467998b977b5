using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Deliveries;

namespace TaskAspire.WebhookDispatcher.Signing;

/// <summary>What a delivery is signed and sent with, decrypted; held only while it is sent.</summary>
/// <param name="Keys">The key in force, then the one before it while that is valid. Never empty.</param>
/// <param name="ApiKey">Value of <c>X-API-Key</c>; null to leave the header out.</param>
/// <param name="Headers">Headers of the owner's own.</param>
internal sealed record EndpointCredentials(IReadOnlyList<byte[]> Keys, string? ApiKey, IReadOnlyDictionary<string, string> Headers);

/// <summary>An endpoint's credentials cannot be used. The message is for its owner and names the remedy.</summary>
internal sealed class CredentialsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Gets at the credentials of endpoints.</summary>
internal sealed class EndpointCredentialsReader(StoredSecrets secrets, IOptionsMonitor<WebhookSigningOptions> shared, TimeProvider time)
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    /// <exception cref="CredentialsException">There is no secret, or it cannot be read.</exception>
    public async Task<EndpointCredentials> ReadAsync(DeliveryTarget target, CancellationToken cancellationToken)
    {
        var keys = new List<byte[]>(2);
        if (target.UseSharedSecret)
        {
            // As the integrations document has it: the bytes of the text, whatever it looks like.
            keys.Add(Encoding.UTF8.GetBytes(shared.CurrentValue.SharedSecret is { Length: > 0 } secret
                ? secret
                : throw new CredentialsException("The endpoint signs with the shared secret, and none is configured (WEBHOOK_SECRET).")));
            if (shared.CurrentValue.PreviousSharedSecret is { Length: > 0 } before)
            {
                keys.Add(Encoding.UTF8.GetBytes(before));
            }
        }
        else
        {
            keys.Add(await KeyAsync(target.Secret ?? throw new CredentialsException("The endpoint has no signing secret; rotate it to get one."), cancellationToken));
            if (target.PreviousSecret is { } previous && target.PreviousSecretExpiresAt > time.GetUtcNow())
            {
                keys.Add(await KeyAsync(previous, cancellationToken));
            }
        }

        return new EndpointCredentials(keys, await ApiKeyAsync(target, cancellationToken), await HeadersAsync(target, cancellationToken));
    }

    private async Task<string?> ApiKeyAsync(DeliveryTarget target, CancellationToken cancellationToken)
    {
        var key = target.ApiKey is { } stored ? await UnprotectAsync(stored, "API key", cancellationToken) : shared.CurrentValue.ApiKey;
        if (string.IsNullOrEmpty(key))
        {
            return null;
        }

        // Anything else could end the header and begin another (RFC 9110 §5.5).
        return key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw new CredentialsException("The API key holds characters that a header cannot carry; set one of printable ASCII.");
    }

    private async Task<IReadOnlyDictionary<string, string>> HeadersAsync(DeliveryTarget target, CancellationToken cancellationToken)
    {
        if (target.Headers is not { } stored)
        {
            return NoHeaders;
        }

        var headers = WebhookHeaders.Deserialize(await UnprotectAsync(stored, "headers", cancellationToken));
        return headers.All(header => WebhookHeaders.ProblemOf(header.Key, header.Value) is null)
            ? headers
            : throw new CredentialsException("The endpoint's headers hold what a header cannot carry, or one that is ours to set; set them anew.");
    }

    private async Task<byte[]> KeyAsync(string stored, CancellationToken cancellationToken)
    {
        try
        {
            return WebhookSecrets.SigningKey(await UnprotectAsync(stored, "signing secret", cancellationToken));
        }
        catch (FormatException notBase64)
        {
            throw new CredentialsException("The endpoint's signing secret is malformed; rotate it.", notBase64);
        }
    }

    private async Task<string> UnprotectAsync(string stored, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await secrets.UnprotectAsync(stored, cancellationToken);
        }
        catch (CryptographicException unreadable)
        {
            throw new CredentialsException($"The endpoint's {what} cannot be decrypted: its encryption key is not in the key ring. Set it anew.", unreadable);
        }
    }
}
