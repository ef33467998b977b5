using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>Which deliveries of an endpoint are asked for.</summary>
internal sealed class DeliveryListQuery
{
    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    /// <summary>In any of these states; empty for all.</summary>
    public IReadOnlyList<WebhookDeliveryState> States { get; private set; } = [];

    /// <summary>Of any of these types; empty for all.</summary>
    public IReadOnlyList<string> EventTypes { get; private set; } = [];

    public Guid? TaskId { get; private set; }

    /// <summary>Made at this time or later.</summary>
    public DateTimeOffset? From { get; private set; }

    /// <summary>Made before this time.</summary>
    public DateTimeOffset? To { get; private set; }

    /// <summary>Only deliveries older than this one.</summary>
    public Guid? Before { get; private set; }

    public int Limit { get; private set; } = PageQuery.DefaultLimit;

    /// <summary>What is wrong, by parameter; empty when all is well.</summary>
    public IDictionary<string, string[]> Errors => _errors;

    /// <summary>For minimal APIs: never fails, so that all errors come out at once and in our words.</summary>
    public static ValueTask<DeliveryListQuery> BindAsync(HttpContext context)
    {
        var query = new DeliveryListQuery();
        foreach (var (name, values) in context.Request.Query)
        {
            if (query.Take(name, values) is { } problem)
            {
                query._errors[name] = [problem];
            }
        }

        return ValueTask.FromResult(query);
    }

    private string? Take(string name, StringValues values)
    {
        var value = values.ToString();
        switch (name)
        {
            case "limit":
                Limit = PageQuery.TryParse(value, PageQuery.MaxLimit) ?? 0;
                return Limit > 0 ? null : PageQuery.Expected(PageQuery.MaxLimit);
            case "cursor":
                Before = Guid.TryParse(value, out var id) ? id : null;
                return Before is not null ? null : "It is not a cursor of this API; send nextCursor of the page before.";
            case "state":
                States = [.. Words(values).Select(word => EnumWords.TryParse<WebhookDeliveryState>(word, out var state) ? state : (WebhookDeliveryState)(-1)).Distinct()];
                return States.All(Enum.IsDefined) ? null : $"One or more of {EnumWords.List<WebhookDeliveryState>()} are expected.";
            case "eventType":
                EventTypes = [.. Words(values).Distinct()];
                return EventTypes.All(WebhookEventTypes.All.Contains) ? null : $"One or more of {string.Join(", ", WebhookEventTypes.All)} are expected.";
            case "taskId":
                TaskId = Guid.TryParseExact(value, "D", out var task) ? task : null;
                return TaskId is not null ? null : "The id of a task is expected.";
            case "from":
                From = TakeTime(value);
                return From is not null ? null : Rfc3339Converter.Expected;
            case "to":
                To = TakeTime(value);
                return To is not null ? null : Rfc3339Converter.Expected;
            default:
                return PageQuery.NoSuchParameter(name);
        }
    }

    private static DateTimeOffset? TakeTime(string value) => Rfc3339Converter.TryParseQuery(value, out var time) ? time : null;

    // Several by comma or by giving the parameter again, as in the list of tasks.
    private static IEnumerable<string> Words(StringValues values) => values.SelectMany(value => (value ?? "").Split(','));
}
