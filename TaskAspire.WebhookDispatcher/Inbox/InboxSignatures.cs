using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.WebhookDispatcher.Inbox;

/// <summary>What a receiver would think of a signature.</summary>
/// <param name="State"><c>valid</c>; <c>previous</c>: with the secret before the last rotation alone; <c>wrong</c>; <c>unknown</c>: nobody registered the address.</param>
/// <param name="Detail">Why, in words.</param>
internal sealed record InboxSignature(string State, string Detail);

/// <summary>Verifies webhooks as docs/webhooks.md tells receivers to, with the secrets of the endpoints that have the inbox's address.</summary>
internal sealed class InboxSignatures(TaskDbContext database, StoredSecrets secrets, IOptionsMonitor<WebhookSigningOptions> shared, TimeProvider time)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>The inbox is in the dispatcher's process: however much comes in, connections of the pool are left for what sends it.</summary>
    private static readonly SemaphoreSlim Turns = new(4);

    /// <summary>The verdict, and the endpoint whose secret made the signature.</summary>
    public async Task<(InboxSignature Signature, Guid? Endpoint)> CheckAsync(HttpRequest request, byte[] body, CancellationToken cancellationToken)
    {
        await Turns.WaitAsync(cancellationToken);
        try
        {
            return await JudgeAsync(request, body, cancellationToken);
        }
        finally
        {
            Turns.Release();
        }
    }

    private async Task<(InboxSignature Signature, Guid? Endpoint)> JudgeAsync(HttpRequest request, byte[] body, CancellationToken cancellationToken)
    {
        var address = request.GetEncodedUrl();
        var candidates = await database.WebhookEndpoints.AsNoTracking().Where(e => e.Url.Contains(InboxEndpoints.Path + "/")).ToListAsync(cancellationToken);
        var endpoints = candidates.Where(e => Same(e.Url, address)).ToList();
        if (endpoints.Count == 0)
        {
            return (new InboxSignature("unknown", $"Unknown endpoint: none is registered with the address {address}."), null);
        }

        if (ProblemOf(request.Headers, out var sent) is { } problem)
        {
            return (new InboxSignature("wrong", problem), null);
        }

        foreach (var endpoint in endpoints)
        {
            var (current, previous) = await KeysAsync(endpoint, cancellationToken);
            if (current is not null && sent.IsSignedWith(current, body))
            {
                return (Valid(sent, current, body), endpoint.Id);
            }

            if (previous is not null && sent.IsSignedWith(previous, body))
            {
                return (new InboxSignature("previous", "Signed with the secret before the last rotation, not with the one in force."), endpoint.Id);
            }
        }

        return (new InboxSignature("wrong", "webhook-signature: no secret of the endpoint makes this signature."), null);
    }

    private static bool Same(string one, string other) =>
        Uri.TryCreate(one, UriKind.Absolute, out var first) && Uri.TryCreate(other, UriKind.Absolute, out var second) && first == second;

    private static InboxSignature Valid(SentSignature sent, byte[] key, byte[] body) => sent.OfBody switch
    {
        { Length: > 0 } other when !Equal(other, WebhookSignature.OfBody(key, body)) =>
            new InboxSignature("wrong", "webhook-signature is right, X-Webhook-Signature is not."),
        _ when sent.OfMessage.Contains(' ', StringComparison.Ordinal) => new InboxSignature("valid", "Made with the secret in force, and beside it with the one before."),
        _ => new InboxSignature("valid", "Made with the endpoint's secret."),
    };

    private string? ProblemOf(IHeaderDictionary headers, out SentSignature sent)
    {
        sent = new SentSignature(headers["webhook-id"].ToString(), 0, headers["webhook-signature"].ToString(), headers["X-Webhook-Signature"].ToString());
        if (sent.Id.Length == 0 || sent.OfMessage.Length == 0)
        {
            return "Not signed: webhook-id or webhook-signature is missing.";
        }

        if (!long.TryParse(headers["webhook-timestamp"], NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
        {
            return "webhook-timestamp is missing or no number of seconds.";
        }

        sent = sent with { Timestamp = timestamp };
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return timestamp < now - Tolerance.TotalSeconds || timestamp > now + Tolerance.TotalSeconds
            ? "webhook-timestamp is more than 5 minutes off."
            : null;
    }

    private async Task<(byte[]? Current, byte[]? Previous)> KeysAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken) => endpoint.UseSharedSecret
        ? (shared.CurrentValue.SharedSecret is { Length: > 0 } secret ? Encoding.UTF8.GetBytes(secret) : null, null)
        : (await KeyAsync(endpoint.Secret, cancellationToken), await KeyAsync(endpoint.PreviousSecret, cancellationToken));

    private async Task<byte[]?> KeyAsync(string? stored, CancellationToken cancellationToken)
    {
        try
        {
            return stored is null ? null : WebhookSecrets.SigningKey(await secrets.UnprotectAsync(stored, cancellationToken));
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static bool Equal(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private readonly record struct SentSignature(string Id, long Timestamp, string OfMessage, string OfBody)
    {
        public bool IsSignedWith(byte[] key, byte[] body)
        {
            var expected = WebhookSignature.OfMessage([key], Id, Timestamp, body);
            return OfMessage.Split(' ').Any(signature => Equal(signature, expected));
        }
    }
}
