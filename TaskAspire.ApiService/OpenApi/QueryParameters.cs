using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.ApiService.Sync;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Webhooks;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>Tells the OpenAPI document of query parameters that a slice reads by itself (so that all that is wrong with them is told at once).</summary>
internal static class QueryParameters
{
    public static RouteHandlerBuilder DescribePaging(this RouteHandlerBuilder endpoint) => endpoint.Describe(Limit(), Page());

    public static RouteHandlerBuilder DescribeListQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Parameter("status", "Any of these states; several by comma or by giving it again.", ListOf(EnumWords.Words<TaskItemStatus>())),
        Parameter("priority", "Any of these priorities.", ListOf(EnumWords.Words<TaskPriority>())),
        Parameter("categoryId", "In this category.", new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" }),
        Parameter("tag", "Carrying this tag; given several times, all of them.", ListOf([])),
        Parameter("dueBefore", "Due before this time, exclusive.", Time()),
        Parameter("dueAfter", "Due at this time or later.", Time()),
        Parameter("overdue", "true: open, and the due date has passed; false: the others.", new OpenApiSchema { Type = JsonSchemaType.Boolean }),
        Parameter("search", "Text in title or description, upper and lower case being equal; up to 200 characters.", new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 200 }),
        Parameter("sort", "Order; - before the name for descending. Tasks without due date come last ascending.", Sorts()),
        Limit(),
        Page(),
        Parameter("cursor", "nextCursor of the page before, instead of page: neither skips nor repeats while tasks come and go, and counts nothing.", new OpenApiSchema { Type = JsonSchemaType.String }));

    public static RouteHandlerBuilder DescribeDeliveryQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Parameter("state", "In any of these states; several by comma or by giving it again.", ListOf(EnumWords.Words<WebhookDeliveryState>())),
        Parameter("eventType", "Of any of these types.", ListOf(WebhookEventTypes.All)),
        Parameter("taskId", "Of events of this task.", new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" }),
        Parameter("from", "Made at this time or later.", Time()),
        Parameter("to", "Made before this time.", Time()),
        Limit(),
        Parameter("cursor", "nextCursor of the page before.", new OpenApiSchema { Type = JsonSchemaType.String }));

    public static RouteHandlerBuilder DescribeCursorPaging(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Limit(), Parameter("cursor", "nextCursor of the page before.", new OpenApiSchema { Type = JsonSchemaType.String }));

    public static RouteHandlerBuilder DescribePermanent(this RouteHandlerBuilder endpoint) => endpoint.Describe(Parameter(
        "permanent",
        "true: remove it for good, in the trash or not.",
        new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = JsonValue.Create(false) }));

    public static RouteHandlerBuilder DescribeSyncQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Parameter("token", "nextToken of the answer before; none to begin.", new OpenApiSchema { Type = JsonSchemaType.String }),
        Parameter("limit", "Most entries in an answer.", Number(SyncQuery.MaxLimit, SyncQuery.DefaultLimit)));

    public static RouteHandlerBuilder DescribeLiveQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Parameter("lastEventId", "The same as the header Last-Event-ID, which wins, for clients that cannot send it the first time.", new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "0" }),
        new OpenApiParameter
        {
            Name = "Last-Event-ID",
            In = ParameterLocation.Header,
            Description = "Go on after the event with this id; without it, the stream begins with what happens from now on.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "0" },
        });

    public static RouteHandlerBuilder DescribeExportQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Parameter("format", "What to export to; without it Accept chooses, and JSON is what comes for any.", OneOf(["json", "csv", "ical"])));

    public static RouteHandlerBuilder DescribeImportQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Parameter("dryRun", "true: only checks, and writes nothing.", new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = JsonValue.Create(false) }));

    /// <summary>Bodies that are text and not JSON, each with an example.</summary>
    public static RouteHandlerBuilder DescribeTexts(this RouteHandlerBuilder endpoint, params (string MediaType, string Example)[] texts) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var contents = (operation.Responses ?? []).Where(r => r.Key == "200").Select(r => r.Value.Content).Append(operation.RequestBody?.Content);
            foreach (var content in contents.OfType<IDictionary<string, OpenApiMediaType>>())
            {
                foreach (var (mediaType, example) in texts.Where(t => content.ContainsKey(t.MediaType)))
                {
                    content[mediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = JsonValue.Create(example) };
                }
            }

            return Task.CompletedTask;
        });

    public static RouteHandlerBuilder DescribeStatsQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(Parameter(
        "window",
        "The time to look back over.",
        new OpenApiSchema { Type = JsonSchemaType.String, Enum = Words(WebhookStats.Windows.Keys), Default = JsonValue.Create(WebhookStats.DefaultWindow) }));

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, params OpenApiParameter[] parameters) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters = [.. operation.Parameters ?? [], .. parameters];
            return Task.CompletedTask;
        });

    private static OpenApiParameter Limit() => Parameter("limit", "Most items on a page.", Number(PageQuery.MaxLimit, PageQuery.DefaultLimit));

    private static OpenApiParameter Page() => Parameter("page", "Number of the page.", Number(PageQuery.MaxPage, 1));

    private static OpenApiParameter Parameter(string name, string description, OpenApiSchema schema) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };

    private static OpenApiSchema Number(int max, int fallback) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int32",
        Minimum = "1",
        Maximum = max.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Default = JsonValue.Create(fallback),
    };

    private static OpenApiSchema Time() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    private static OpenApiSchema ListOf(IEnumerable<string> words) => new()
    {
        Type = JsonSchemaType.Array,
        Items = OneOf(words),
    };

    private static OpenApiSchema Sorts() => new()
    {
        Type = JsonSchemaType.String,
        Enum = Words(TaskListSort.Keys.Keys.SelectMany(k => new[] { k, "-" + k })),
        Default = JsonValue.Create("-createdAt"),
    };

    private static OpenApiSchema OneOf(IEnumerable<string> words) => new() { Type = JsonSchemaType.String, Enum = Words(words) is { Count: > 0 } list ? list : null };

    private static List<JsonNode> Words(IEnumerable<string> words) => [.. words.Select(w => JsonValue.Create(w))];
}
