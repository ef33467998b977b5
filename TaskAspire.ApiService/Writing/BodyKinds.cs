using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.ApiService.Writing;

/// <summary>
/// Refuses bodies that would be read as what they are not: patches of other kinds (to the framework <c>application/json-patch+json</c> is JSON as good as
/// any, but what it holds means something else than a merge patch), what is compressed, and JSON in another charset than its own.
/// </summary>
internal sealed class BodyKinds(RequestDelegate next)
{
    public const string MergePatch = "application/merge-patch+json";
    public const string Json = "application/json";

    /// <summary>RFC 8259 §8.1: there is no other for JSON.</summary>
    private const string Utf8 = "utf-8";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments(AvailabilityExtensions.GuardedPath))
        {
            return next(context);
        }

        // Where no endpoint of ours was found, it is the status of what the framework has found instead that tells why.
        if (context.GetEndpoint() is not RouteEndpoint)
        {
            return HttpMethods.IsPatch(request.Method) ? RefusedByRoutingAsync(context) : next(context);
        }

        // Some clients send these headers with every request.
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
        if (hasBody && request.Headers.ContentEncoding is { Count: > 0 } encodings && !encodings.All(IsPlain))
        {
            // RFC 9110 §15.5.16.
            context.Response.Headers.AcceptEncoding = "identity";
            return RefuseAsync(context, "Send the body as it is, without Content-Encoding.");
        }

        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        if (HttpMethods.IsPatch(request.Method) && !IsPatch(type))
        {
            return RefusePatchAsync(context);
        }

        return type is null || !hasBody || ReadsAsJson(request, type) ? next(context) : RefuseAsync(context, "JSON is sent in UTF-8: leave the charset out, or make it utf-8.");
    }

    private static bool IsPlain(string? encoding) => string.IsNullOrWhiteSpace(encoding) || encoding.Trim().Equals("identity", StringComparison.OrdinalIgnoreCase);

    private static bool IsPatch(MediaTypeHeaderValue? type) =>
        type is not null && (type.MediaType.Equals(MergePatch, StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the framework can read it, or it is no JSON and of no concern here. To it a charset in quotes, which is the same (RFC 9110 §8.3.2), is one that nobody knows.</summary>
    private static bool ReadsAsJson(HttpRequest request, MediaTypeHeaderValue type)
    {
        var parameter = type.Parameters.FirstOrDefault(p => p.Name.Equals("charset", StringComparison.OrdinalIgnoreCase));
        if (parameter is null || !IsJson(type))
        {
            return true;
        }

        if (!parameter.GetUnescapedValue().Equals(Utf8, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        parameter.Value = Utf8;
        request.ContentType = type.ToString();
        return true;
    }

    private static bool IsJson(MediaTypeHeaderValue type) =>
        type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);

    private async Task RefusedByRoutingAsync(HttpContext context)
    {
        await next(context);
        if (context.Response is { StatusCode: StatusCodes.Status415UnsupportedMediaType, HasStarted: false })
        {
            await RefusePatchAsync(context);
        }
    }

    private static Task RefusePatchAsync(HttpContext context) => RefuseAsync(context, $"Send the body as {MergePatch}.");

    private static Task RefuseAsync(HttpContext context, string detail)
    {
        if (HttpMethods.IsPatch(context.Request.Method))
        {
            // RFC 5789 §2.2.
            context.Response.Headers["Accept-Patch"] = $"{MergePatch}, {Json}";
        }

        return Problems.Create(StatusCodes.Status415UnsupportedMediaType, ProblemTypes.UnsupportedMediaType, detail).ExecuteAsync(context);
    }
}
