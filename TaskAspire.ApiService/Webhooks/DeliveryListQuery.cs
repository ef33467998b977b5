using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>Which deliveries of an endpoint are asked for.</summary>
internal sealed class DeliveryListQuery
{
    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    public WebhookDeliveryState? State { get; private set; }

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
            if (query.Take(name, values.ToString()) is { } problem)
            {
                query._errors[name] = [problem];
            }
        }

        return ValueTask.FromResult(query);
    }

    private string? Take(string name, string value)
    {
        switch (name)
        {
            case "limit":
                Limit = PageQuery.TryParse(value, PageQuery.MaxLimit) ?? 0;
                return Limit > 0 ? null : PageQuery.Expected(PageQuery.MaxLimit);
            case "cursor":
                Before = Guid.TryParse(value, out var id) ? id : null;
                return Before is not null ? null : "It is not a cursor of this API; send nextCursor of the page before.";
            case "state":
                State = EnumWords.TryParse<WebhookDeliveryState>(value, out var state) ? state : null;
                return State is not null ? null : $"One of {EnumWords.List<WebhookDeliveryState>()} is expected.";
            default:
                return "There is no such parameter.";
        }
    }
}
