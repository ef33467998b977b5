using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace TaskAspire.WebhookDispatcher.Inbox;

/// <summary>
/// A receiver to develop with: whoever registers <c>http://localhost:5081/inbox/any-name</c> as an endpoint sees its webhooks arrive at
/// <c>/inbox</c>, and decides there how they are answered. It exists in Development alone: it lets anybody in.
/// </summary>
internal static class InboxEndpoints
{
    public const string Path = "/inbox";

    private const int NameMaxLength = 64;
    private const int BodyMaxBytes = 256 * 1024;

    public static WebApplicationBuilder AddInbox(this WebApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.AddSingleton<InboxFeed>();
            builder.Services.AddScoped<InboxSignatures>();
        }

        return builder;
    }

    public static WebApplication MapInbox(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            return app;
        }

        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<InboxFeed>().Close);
        var inbox = app.MapGroup(Path);
        inbox.MapInboxPage();
        inbox.MapPost("/{name}", ReceiveAsync);
        // Whoever opens the address that webhooks are sent to.
        inbox.MapGet("/{name}", () => TypedResults.Redirect(Path));
        inbox.MapGet("/stream", (InboxFeed feed, CancellationToken cancellationToken) => TypedResults.ServerSentEvents(feed.WatchAsync(cancellationToken)));
        // Not POST: another site's page could send one without being asked.
        inbox.MapPut("/answer", SetAnswer);
        inbox.MapDelete("/deliveries", Clear);
        return app;
    }

    private static async Task<IResult> ReceiveAsync(
        string name, HttpContext context, InboxFeed feed, InboxSignatures signatures, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        if (name.Length > NameMaxLength || await ReadAsync(context.Request, context.RequestAborted) is not { } body)
        {
            return TypedResults.Problem(
                $"An inbox has a name of up to {NameMaxLength} characters and takes up to {BodyMaxBytes} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        var (signature, endpoint) = await signatures.CheckAsync(context.Request, body, context.RequestAborted);
        var headers = context.Request.Headers.SelectMany(h => h.Value, (header, value) => new InboxHeader(header.Key, value ?? "")).ToList();
        var id = context.Request.Headers["webhook-id"].ToString();
        var answer = feed.Take(new InboxArrival(
            name, endpoint, EventOf(body), id.Length == 0 ? null : id, signature, headers, Encoding.UTF8.GetString(body), body.Length));
        if (answer.Delay > TimeSpan.Zero)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await Task.Delay(answer.Delay, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return TypedResults.StatusCode(answer.Status);
    }

    private static Results<NoContent, ProblemHttpResult> SetAnswer(AnswerPlan plan, InboxFeed feed)
    {
        if (plan.Answer is null || !InboxAnswer.All.ContainsKey(plan.Answer) || plan.Count is < 0 or > AnswerPlan.MaxCount)
        {
            return TypedResults.Problem(
                $"answer must be one of {string.Join(", ", InboxAnswer.All.Keys)}; count from 0 to {AnswerPlan.MaxCount}.", statusCode: StatusCodes.Status400BadRequest);
        }

        feed.Plan(plan.Count == 0 ? AnswerPlan.None : plan);
        return TypedResults.NoContent();
    }

    private static NoContent Clear(InboxFeed feed)
    {
        feed.Clear();
        return TypedResults.NoContent();
    }

    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > BodyMaxBytes)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    private static string? EventOf(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty("event", out var type) && type.ValueKind == JsonValueKind.String
                ? type.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
