using System.Net;
using System.Text.Json;
using OpenTelemetry;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>Asks Elasticsearch, with a time limit and without a trace: a trace for each batch of log events would bury those of the requests.</summary>
/// <param name="server">Whom to ask.</param>
/// <param name="timeout">Time limit of a request, from connect to last byte.</param>
/// <param name="send">Sends a request, and gives its answer as soon as the head is there.</param>
internal sealed class ElasticsearchClient(ElasticsearchServer server, TimeSpan timeout, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
{
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="UnavailableException">There was none, or it is one that another try may better: 408, 429, 5xx.</exception>
    public async Task<ElasticsearchAnswer> AskAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var request = server.CreateRequest(method, path, body);
            using var response = await send(request, limit.Token);
            if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            {
                throw new UnavailableException($"status {(int)response.StatusCode}", response.Headers.RetryAfter?.Delta);
            }

            return new ElasticsearchAnswer(response.StatusCode, Parse(await response.Content.ReadAsByteArrayAsync(limit.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException exception)
        {
            throw new UnavailableException(exception.HttpRequestError.ToString());
        }
        catch (IOException)
        {
            throw new UnavailableException("the connection broke");
        }
    }

    // A proxy may answer with a page.
    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What Elasticsearch said.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Json">The body; null when it is not JSON.</param>
internal readonly record struct ElasticsearchAnswer(HttpStatusCode Status, JsonElement? Json)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}

/// <summary>Elasticsearch does not answer, or cannot now.</summary>
/// <param name="reason">Why, without an address.</param>
/// <param name="retryAfter">How long it asked to be left alone.</param>
internal sealed class UnavailableException(string reason, TimeSpan? retryAfter = null) : Exception(reason)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
