using Microsoft.AspNetCore.Http.HttpResults;

namespace TaskAspire.WebhookDispatcher.Inbox;

/// <summary>The page with its style and script, from this assembly. It loads nothing from elsewhere, and may not.</summary>
internal static class InboxPage
{
    // Titles of tasks are shown here; should one ever get to be markup, it still runs and loads nothing.
    private const string Policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapInboxPage(this RouteGroupBuilder inbox)
    {
        inbox.MapGet("/", (HttpContext context) => File(context, "inbox.html", "text/html"));
        inbox.MapGet("/inbox.css", (HttpContext context) => File(context, "inbox.css", "text/css"));
        inbox.MapGet("/inbox.svg", (HttpContext context) => File(context, "inbox.svg", "image/svg+xml"));
        inbox.MapGet("/inbox.js", (HttpContext context) => File(context, "inbox.js", "text/javascript"));
    }

    private static FileStreamHttpResult File(HttpContext context, string name, string type)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return TypedResults.Stream(typeof(InboxPage).Assembly.GetManifestResourceStream(typeof(InboxPage), "Page." + name)!, type + "; charset=utf-8");
    }
}
