using System.Diagnostics;
using System.Globalization;
using TaskAspire.Tests.Dispatcher;

namespace TaskAspire.Bench.Throughput;

/// <summary>All of it: events are written and fanned out, deliveries claimed, signed, sent and recorded, by one dispatcher.</summary>
internal static class OurPath
{
    private const int EventsAtOnce = 1000;
    private const int PerEndpoint = 8;

    public static async Task<TimeSpan> RunAsync(Workload work, CancellationToken cancellationToken)
    {
        await using var laboratory = await Laboratory.OpenAsync(cancellationToken);
        var users = await laboratory.AddEndpointsAsync(Math.Max(1, work.Concurrency / PerEndpoint), _ => work.Receiver.Url);
        using var dispatcher = DispatcherProcess.Start(
            laboratory.ConnectionString,
            ("Webhooks:Concurrency", work.Concurrency.ToString(CultureInfo.InvariantCulture)),
            ("Webhooks:PerEndpointConcurrency", PerEndpoint.ToString(CultureInfo.InvariantCulture)));
        // In parts: a statement is prepared by its fifth use.
        var before = work.Receiver.Count;
        for (var i = 0; i < 10; i++)
        {
            await laboratory.AddEventsAsync(users, Workload.WarmUp / 10, work.Payload, cancellationToken);
            await laboratory.DeliveredAsync(work.Receiver, before + ((i + 1) * Workload.WarmUp / 10), cancellationToken);
        }

        var clock = Stopwatch.StartNew();
        for (var written = 0; written < work.Deliveries; written += EventsAtOnce)
        {
            await laboratory.AddEventsAsync(users, Math.Min(EventsAtOnce, work.Deliveries - written), work.Payload, cancellationToken);
        }

        await laboratory.DeliveredAsync(work.Receiver, before + Workload.WarmUp + work.Deliveries, cancellationToken);
        return clock.Elapsed;
    }
}
