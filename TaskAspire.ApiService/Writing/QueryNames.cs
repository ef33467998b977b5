using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Paging;

namespace TaskAspire.ApiService.Writing;

/// <summary>The parameters that an endpoint takes in its query.</summary>
/// <param name="Names">The names; null where the endpoint itself finds unknown ones, to report them together with all else that is wrong.</param>
internal sealed record QueryNames(IReadOnlyCollection<string>? Names);

/// <summary>
/// Refuses parameters that an endpoint does not have, so that one that is misspelled (<c>?permanant=true</c>) is not taken for one that was left out.
/// </summary>
internal sealed class QueryNamesMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) => Unknown(context) is { } errors ? Problems.Validation(errors).ExecuteAsync(context) : next(context);

    private static Dictionary<string, string[]>? Unknown(HttpContext context)
    {
        if (!context.Request.QueryString.HasValue
            || !context.Request.Path.StartsWithSegments(AvailabilityExtensions.GuardedPath)
            // Where a method or a media type does not fit, the framework has put an endpoint of its own here, which has no parameters.
            || context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return null;
        }

        var known = endpoint.Metadata.GetMetadata<QueryNames>() ?? new QueryNames([]);
        var unknown = known.Names is { } names ? context.Request.Query.Keys.Where(name => !names.Contains(name)).ToList() : [];
        return unknown.Count == 0 ? null : unknown.ToDictionary(name => name, name => new[] { PageQuery.NoSuchParameter(name) });
    }
}
