namespace TaskAspire.ApiService.Writing;

/// <summary>Takes ids in routes only as RFC 9562 §4 writes them. The framework's own constraint takes braces, and none of the hyphens, too.</summary>
internal sealed class UuidConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values.TryGetValue(routeKey, out var value) && (value is Guid || (value is string text && Guid.TryParseExact(text, "D", out _)));
}
