using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Deliveries;

namespace TaskAspire.WebhookDispatcher.Signing;

/// <summary>What a delivery is signed and sent with, decrypted.</summary>
/// <param name="Keys">The key in force, then the one before it while that is valid. Never empty.</param>
/// <param name="ApiKey">Value of <c>X-API-Key</c>; null to leave the header out.</param>
/// <param name="Headers">Headers of the owner's own.</param>
internal sealed record EndpointCredentials(IReadOnlyList<byte[]> Keys, string? ApiKey, IReadOnlyDictionary<string, string> Headers);

/// <summary>What is stored encrypted with an endpoint, decrypted. No longer in memory than deliveries of the claim that read it.</summary>
/// <param name="Key">The signing key; null where the shared secret is signed with.</param>
/// <param name="PreviousKey">The one before it; null when there is none that is valid.</param>
/// <param name="ApiKey">The endpoint's own; null when it has none.</param>
/// <param name="Headers">Headers of the owner's own.</param>
internal sealed record EndpointSecrets(byte[]? Key, byte[]? PreviousKey, string? ApiKey, IReadOnlyDictionary<string, string> Headers);

/// <summary>An endpoint's credentials cannot be used. The message is for its owner and names the remedy.</summary>
internal sealed class CredentialsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Decrypts the credentials of endpoints.</summary>
internal sealed class EndpointCredentialsReader(StoredSecrets secrets, IOptionsMonitor<WebhookSigningOptions> shared, TimeProvider time)
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    /// <exception cref="CredentialsException">There is no secret, or it cannot be read.</exception>
    public async Task<EndpointCredentials> ReadAsync(DeliveryTarget target, CancellationToken cancellationToken)
    {
        // Decrypting costs as much as signing; two that do so at once get the same.
        var own = target.Secrets ??= await DecryptAsync(target, cancellationToken);
        return new EndpointCredentials([.. KeysOf(target, own)], ApiKeyOf(own), own.Headers);
    }

    private async Task<EndpointSecrets> DecryptAsync(DeliveryTarget target, CancellationToken cancellationToken) => new(
        target.UseSharedSecret
            ? null
            : await KeyAsync(target.Secret ?? throw new CredentialsException("The endpoint has no signing secret; rotate it to get one."), cancellationToken),
        !target.UseSharedSecret && target.PreviousSecret is { } previous && IsValid(target) ? await KeyAsync(previous, cancellationToken) : null,
        target.ApiKey is { } apiKey ? await UnprotectAsync(apiKey, "API key", cancellationToken) : null,
        await HeadersAsync(target, cancellationToken));

    private IEnumerable<byte[]> KeysOf(DeliveryTarget target, EndpointSecrets own)
    {
        if (own.Key is { } key)
        {
            yield return key;
            if (own.PreviousKey is { } previous && IsValid(target))
            {
                yield return previous;
            }

            yield break;
        }

        // As the integrations document has it: the bytes of the text, whatever it looks like.
        yield return Encoding.UTF8.GetBytes(shared.CurrentValue.SharedSecret is { Length: > 0 } secret
            ? secret
            : throw new CredentialsException("The endpoint signs with the shared secret, and none is configured (WEBHOOK_SECRET)."));
        if (shared.CurrentValue.PreviousSharedSecret is { Length: > 0 } before)
        {
            yield return Encoding.UTF8.GetBytes(before);
        }
    }

    private bool IsValid(DeliveryTarget target) => target.PreviousSecretExpiresAt > time.GetUtcNow();

    private string? ApiKeyOf(EndpointSecrets own)
    {
        var key = own.ApiKey ?? shared.CurrentValue.ApiKey;
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
            : throw new CredentialsException("The endpoint's headers hold what a header cannot carry, or one that is ours to set; set them again.");
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
            throw new CredentialsException($"The endpoint's {what} cannot be decrypted: its encryption key is not in the key ring. Set it again.", unreadable);
        }
    }
}
