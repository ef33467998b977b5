using System.Net;
using System.Text;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>
/// Brings batches to Elasticsearch. The sink's own way is to give a batch up that is not answered with success, so what it sends passes
/// through here (docs/adr/0008): refusals that may pass are tried again until they have passed, single documents as well as whole requests;
/// what is too large is sent in halves; only what would be refused again is dropped. Meanwhile the sink's buffer fills; memory has its limit there.
/// </summary>
/// <remarks>The sink sends one batch at a time; see <see cref="ElasticsearchLogging"/>.</remarks>
internal sealed class BulkDelivery(ElasticsearchServer server, ElasticsearchOptions options, DeliveryReport report, TimeProvider time)
{
    // Here and not in the handler, of which the transport makes a new one every few minutes.
    private readonly DataStreamSetup _setup = new(report);

    /// <summary>Has what passes through it delivered. The answer is success unless the service stops.</summary>
    public HttpMessageHandler CreateHandler(HttpMessageHandler inner) => new Handler(this, inner);

    private async Task DeliverAsync(ElasticsearchClient client, string path, IReadOnlyList<BulkDocument> documents, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (documents.Count > 0)
        {
            var count = documents.Count;
            TimeSpan? retryAfter = null;
            try
            {
                await _setup.EnsureAsync(client, cancellationToken);
                documents = await AttemptAsync(client, path, documents, cancellationToken);
                report.Back();
            }
            catch (UnavailableException unavailable)
            {
                report.Away(unavailable.Message);
                retryAfter = unavailable.RetryAfter;
            }

            if (documents.Count > 0)
            {
                failures = documents.Count < count ? 0 : failures + 1;
                await Task.Delay(Delay(failures, retryAfter), time, cancellationToken);
            }
        }
    }

    /// <returns>The documents to be sent again.</returns>
    private async Task<IReadOnlyList<BulkDocument>> AttemptAsync(
        ElasticsearchClient client, string path, IReadOnlyList<BulkDocument> documents, CancellationToken cancellationToken)
    {
        var answer = await client.AskAsync(HttpMethod.Post, path, BulkBatch.Write(documents), cancellationToken);
        if (answer.Status == HttpStatusCode.RequestEntityTooLarge && documents.Count > 1)
        {
            var half = documents.Count / 2;
            await DeliverAsync(client, path, [.. documents.Take(half)], cancellationToken);
            await DeliverAsync(client, path, [.. documents.Skip(half)], cancellationToken);
            return [];
        }

        if (answer.Status is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest)
        {
            report.Refused(documents.Count, (int)answer.Status, "request");
            return [];
        }

        if (!answer.IsSuccess)
        {
            // Above all 401 and 403: somebody may grant what is missing.
            throw new UnavailableException($"status {(int)answer.Status}");
        }

        var items = BulkBatch.ReadItems(answer.Json, documents.Count) ?? throw new UnavailableException("not an answer of the bulk API");
        foreach (var refusals in items.Where(item => IsFinal(item.Status)).GroupBy(item => item))
        {
            report.Refused(refusals.Count(), refusals.Key.Status, refusals.Key.Kind);
        }

        return [.. documents.Where((_, index) => MayPass(items[index].Status))];
    }

    private static bool MayPass(int status) => status is 429 or >= 500;

    // 409: it is there, from an attempt whose answer got lost.
    private static bool IsFinal(int status) => status is >= 300 and not 409 && !MayPass(status);

    private TimeSpan Delay(int failures, TimeSpan? retryAfter)
    {
        // Half of it by chance, so that instances do not come back together.
        var backoff = options.RetryDelay * Math.Pow(2, Math.Clamp(failures - 1, 0, 30)) * (0.5 + (Random.Shared.NextDouble() / 2));
        var delay = retryAfter > backoff ? retryAfter.Value : backoff;
        return delay < options.MaxRetryDelay ? delay : options.MaxRetryDelay;
    }

    private ElasticsearchClient CreateClient(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send) => new(server, options.RequestTimeout, send);

    private sealed class Handler(BulkDelivery delivery, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var documents = BulkBatch.Parse(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            await delivery.DeliverAsync(delivery.CreateClient(base.SendAsync), request.RequestUri!.PathAndQuery, documents, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new StringContent(Accepted(documents.Count), Encoding.UTF8, "application/json"),
                Headers = { { "X-Elastic-Product", "Elasticsearch" } },
            };
        }

        private static string Accepted(int count) => $$"""{"items":[{{string.Join(',', Enumerable.Repeat("""{"create":{"status":201}}""", count))}}]}""";
    }
}
