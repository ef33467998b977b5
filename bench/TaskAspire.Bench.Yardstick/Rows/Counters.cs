using System.Globalization;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>What a service counts by itself.</summary>
internal static class Counters
{
    public const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
    public const string Hits = "cache_requests_total{result=\"hit\"}";
    public const string Misses = "cache_requests_total{result=\"miss\"}";

    public static async Task<double> ReadAsync(HttpClient service, string series, CancellationToken cancellationToken)
    {
        var text = await service.GetStringAsync("/metrics", cancellationToken);
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith(series, StringComparison.Ordinal) && l.Length > series.Length && l[series.Length] is ' ' or '{')
            ?? throw new YardstickException($"/metrics has no {series}.");
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
