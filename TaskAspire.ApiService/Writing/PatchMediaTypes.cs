using System.Net.Http.Headers;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.ApiService.Writing;

/// <summary>
/// Refuses patches of other kinds. To the framework <c>application/json-patch+json</c> is JSON as good as any; but what it holds
/// means something else than a merge patch.
/// </summary>
internal sealed class PatchMediaTypes(RequestDelegate next)
{
    public const string MergePatch = "application/merge-patch+json";
    public const string Json = "application/json";

    public Task InvokeAsync(HttpContext context) =>
        !HttpMethods.IsPatch(context.Request.Method) || context.GetEndpoint() is null || IsAccepted(context.Request.ContentType) ? next(context) : RefuseAsync(context);

    private static bool IsAccepted(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (string.Equals(type.MediaType, MergePatch, StringComparison.OrdinalIgnoreCase) || string.Equals(type.MediaType, Json, StringComparison.OrdinalIgnoreCase));

    private static Task RefuseAsync(HttpContext context)
    {
        // RFC 5789 §2.2.
        context.Response.Headers["Accept-Patch"] = $"{MergePatch}, {Json}";
        return Problems.Create(StatusCodes.Status415UnsupportedMediaType, ProblemTypes.UnsupportedMediaType, $"Send the body as {MergePatch}.").ExecuteAsync(context);
    }
}
