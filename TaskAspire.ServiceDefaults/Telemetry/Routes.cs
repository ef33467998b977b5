using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>The template of a route as metrics and logs have it, <c>/api/v1/tasks/{id}</c>: with one slash before it and none after it.</summary>
internal static class Routes
{
    /// <summary>What no route was found for. Never the path: a client can make up any number.</summary>
    public const string Unmatched = "unmatched";

    // Written once for each endpoint, not with every request.
    private static readonly ConditionalWeakTable<Endpoint, string> Known = [];

    public static string Of(Endpoint? endpoint) => endpoint is null ? Unmatched : Known.GetValue(endpoint, Read);

    private static string Read(Endpoint endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.RawText: { } template } ? $"/{template.Trim('/')}" : Unmatched;
}
