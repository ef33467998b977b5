using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary><c>http_request_duration_seconds</c> and <c>http_requests_total</c> {method, route, status_code}.</summary>
internal static class HttpMetrics
{
    private const int MaxStatusCode = 599;

    private static readonly Meter Meter = new("TaskAspire.Http");

    // A tag is an object: numbers are boxed once, not with every request.
    private static readonly object[] StatusCodes = [.. Enumerable.Range(0, MaxStatusCode + 1).Select(code => (object)code)];

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "http_request_duration_seconds", "s", "Duration of HTTP requests.", tags: null, Histograms.HttpSeconds);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "http_requests_total", unit: null, "HTTP requests.");

    /// <param name="method">As sent; one that HTTP does not know is counted as <c>_OTHER</c>, since a client can make up any number.</param>
    /// <param name="route">The template, never the path.</param>
    /// <param name="statusCode">Of the answer.</param>
    /// <param name="seconds">Null for a stream that lives as long as its client does: its length says nothing about speed.</param>
    public static void Record(string method, string route, int statusCode, double? seconds)
    {
        var tags = new TagList { { "method", KnownMethod(method) }, { "route", route }, { "status_code", statusCode is >= 0 and <= MaxStatusCode ? StatusCodes[statusCode] : statusCode } };
        Requests.Add(1, tags);
        if (seconds is { } value)
        {
            Duration.Record(value, tags);
        }
    }

    /// <returns>The method in capitals, or <c>_OTHER</c>.</returns>
    public static string KnownMethod(string method) =>
        HttpMethods.GetCanonicalizedValue(method) is var canonical
        && (HttpMethods.IsGet(canonical) || HttpMethods.IsPost(canonical) || HttpMethods.IsPut(canonical) || HttpMethods.IsPatch(canonical)
            || HttpMethods.IsDelete(canonical) || HttpMethods.IsHead(canonical) || HttpMethods.IsOptions(canonical))
            ? canonical
            : "_OTHER";
}
