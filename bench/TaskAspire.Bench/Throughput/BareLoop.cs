using System.Diagnostics;
using System.Net.Http.Headers;

namespace TaskAspire.Bench.Throughput;

/// <summary>Posts and forgets: what HTTP alone costs.</summary>
internal static class BareLoop
{
    public static async Task<TimeSpan> RunAsync(Workload work, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false });
        var headers = work.Headers();
        await PostAsync(Workload.WarmUp);
        var clock = Stopwatch.StartNew();
        await PostAsync(work.Deliveries);
        return clock.Elapsed;

        Task PostAsync(int count) => Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = work.Concurrency, CancellationToken = cancellationToken }, async (_, token) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, work.Receiver.Url)
            {
                Content = new ByteArrayContent(work.Payload) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await client.SendAsync(request, token);
            response.EnsureSuccessStatusCode();
        });
    }
}
