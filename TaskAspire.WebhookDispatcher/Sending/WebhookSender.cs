using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Signing;
using TaskAspire.WebhookDispatcher.Telemetry;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>Makes one attempt: signs, posts, and says what came of it.</summary>
internal sealed class WebhookSender(
    IHttpClientFactory clients,
    IOptions<DispatcherOptions> options,
    UserAgent userAgent,
    TimeProvider time)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Posts the delivery. Whatever the receiver does is an outcome, not an exception.</summary>
    /// <exception cref="OperationCanceledException">The dispatcher stops; there is no outcome.</exception>
    public async Task<AttemptOutcome> SendAsync(ClaimedDelivery delivery, EndpointCredentials credentials, CancellationToken cancellationToken)
    {
        using var activity = DispatcherTelemetry.StartDelivery(delivery);
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        var outcome = await AttemptAsync(delivery, credentials, startedAt, started, cancellationToken);
        if (outcome.StatusCode is { } status)
        {
            activity?.SetTag("http.response.status_code", status);
        }

        if (!outcome.IsSuccess)
        {
            activity?.SetTag("error.type", outcome.Error);
            activity?.SetStatus(ActivityStatusCode.Error, outcome.Message);
        }

        return outcome;
    }

    private async Task<AttemptOutcome> AttemptAsync(
        ClaimedDelivery delivery, EndpointCredentials credentials, DateTimeOffset startedAt, long started, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        int? status = null;
        string? answered = null;
        HttpRequestMessage? request = null;
        try
        {
            request = CreateRequest(delivery, credentials, startedAt);
            using var client = clients.CreateClient(WebhookHttpClient.Name);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            status = (int)response.StatusCode;
            answered = RecordedHeaders.OfResponse(response);
            var body = await ResponseBody.ReadAsync(response.Content, either.Token);
            var (error, message) = Judge(response.StatusCode);
            return Ended(error, message) with { ResponseBody = body, RetryAfter = RetryAfter.Read(response.Headers, time.GetUtcNow()) };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Ended(AttemptErrors.Timeout, $"No complete answer within {options.Value.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UriFormatException or InvalidOperationException or NotSupportedException
            && !cancellationToken.IsCancellationRequested)
        {
            var (error, message) = SendFailure.Describe(failure);
            return Ended(error, message);
        }
        finally
        {
            request?.Dispose();
        }

        // Read at the end, the headers of the request have what the client added, such as traceparent.
        AttemptOutcome Ended(string? error, string? message) => new(
            startedAt,
            time.GetElapsedTime(started),
            status,
            error,
            message,
            request is { Content: DeliveryContent { IsSent: true } } ? RecordedHeaders.OfRequest(request, credentials.Headers) : null,
            answered);
    }

    private HttpRequestMessage CreateRequest(ClaimedDelivery delivery, EndpointCredentials credentials, DateTimeOffset now)
    {
        var id = delivery.EventId.ToString();
        var timestamp = now.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Target.Url)
        {
            // JSON is UTF-8 and has no charset parameter (RFC 8259 §11).
            Content = new DeliveryContent(delivery.Payload) { Headers = { ContentType = Json } },
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.UserAgent.Add(userAgent.Value);
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.OfMessage(credentials.Keys, id, timestamp, delivery.Payload));
        request.Headers.Add("X-Webhook-Signature", WebhookSignature.OfBody(credentials.Keys[0], delivery.Payload));
        if (credentials.ApiKey is { } apiKey)
        {
            request.Headers.TryAddWithoutValidation("X-API-Key", apiKey);
        }

        foreach (var (name, value) in credentials.Headers)
        {
            // To .NET, Allow, Expires and Last-Modified are the body's, which alone takes them.
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (Activity.Current is null && delivery.TraceParent is { } traceParent && ActivityContext.TryParse(traceParent, null, out _))
        {
            // Nobody records traces here; the receiver still sees which one it belongs to.
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        }

        return request;
    }

    private static (string? Error, string? Message) Judge(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => (null, null),
        410 => (AttemptErrors.Gone, "Answered 410: it wants no more webhooks."),
        >= 300 and < 400 => (AttemptErrors.Redirect, $"Answered {(int)status}: redirects are not followed; set the final address."),
        >= 400 and < 500 => (AttemptErrors.Http4xx, $"Answered {(int)status}."),
        >= 500 and < 600 => (AttemptErrors.Http5xx, $"Answered {(int)status}."),
        _ => (AttemptErrors.Protocol, $"Answered {(int)status}, which is no status of HTTP."),
    };
}
