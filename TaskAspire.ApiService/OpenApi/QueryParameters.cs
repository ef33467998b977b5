using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.ApiService.Sync;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Webhooks;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>Tells the OpenAPI document of query parameters that a slice reads by itself (so that all that is wrong with them is told at once).</summary>
internal static class QueryParameters
{
    public static RouteHandlerBuilder DescribePaging(this RouteHandlerBuilder endpoint) => endpoint.Describe(Limit(), Page());

    public static RouteHandlerBuilder DescribeListQuery(this RouteHandlerBuilder endpoint) => endpoint.Describe(
        Parameter("status", "Any of these states; several by comma or by giving it again.", ListOf(EnumWords.Words<TaskItemStatus>()), "todo,in_progress"),
        Parameter("priority", "Any of these priorities; several by comma or by giving it again.", ListOf(EnumWords.Words<TaskPriority>()), "high,urgent"),
        Parameter("categoryId", "In any of these categories, by id; none stands for tasks without category. Several by comma or by giving it again.", Items(IdOrNone(), TaskListQueryParser.MaxCategories), "none"),
        Parameter("parentId", "The subtasks of this task; none: tasks that are no subtask.", IdOrNone(), "none"),
        Parameter("tag", "Carrying this tag; given several times, all of them.", Items(TagListAttribute.Item(), TaskRequest.MaxTags), "home"),
        Parameter("tagMode", "Whether all of the tags or any one is asked for.", OneOf(["all", "any"], "all"), "any"),
        Parameter("dueBefore", "Due before this time, exclusive.", Time(), "2030-02-01T00:00:00Z"),
        Parameter("dueAfter", "Due at this time or later.", Time(), "2030-01-01T00:00:00Z"),
        Parameter("hasDueDate", "true: with a due date; false: without.", Bool(), "true"),
        Parameter("overdue", "true: open, and the due date has passed; false: the others.", Bool(), "true"),
        Parameter(
            "search",
            "Words, and phrases in double quotes, each of which must be in title or description, also as part of a longer word, upper and lower case being equal; at most 10 of them.",
            Text(SearchText.MaxLength),
            "milk \"two litres\""),
        Parameter(
            "sort",
            "Order; - before the name for descending. Titles are sorted alphabetically, case deciding only between equal ones; tasks without due date come last. "
            + "relevance, with search: the title itself first, then words of the title, parts of words there, and the description; newest first among equals.",
            OneOf(TaskListSort.Names, "-createdAt"),
            "dueDate"),
        Limit(),
        // No default: clients that send what is said to be one could not send a cursor.
        Parameter("page", "Number of the page, from 1. Unless sent: the first, or the one that cursor tells of.", Number(PageQuery.MaxPage)),
        Parameter(
            "cursor",
            "nextCursor of the page before, instead of page: neither skips nor repeats while tasks come and go (one whose sort value changes meanwhile moves), and counts nothing unless asked.",
            Text()),
        Parameter(
            "total",
            "Whether all tasks that fit are counted. Unless sent: without cursor, unless a search has more than 5000 hits; total is null when not counted.",
            Bool(),
            "false"));

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

    public static RouteHandlerBuilder DescribePermanent(this RouteHandlerBuilder endpoint) => endpoint.DescribeOnly(Parameter(
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

    public static RouteHandlerBuilder DescribeExportQuery(this RouteHandlerBuilder endpoint) => endpoint.DescribeOnly(
        Parameter("format", "What to export to; without it Accept chooses, and JSON is what comes for any.", OneOf(["json", "csv", "ical"])));

    public static RouteHandlerBuilder DescribeImportQuery(this RouteHandlerBuilder endpoint) => endpoint.DescribeOnly(
        Parameter("dryRun", "true: only checks, and writes nothing.", new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = JsonValue.Create(false) }),
        Parameter(
            "timeZone",
            "IANA zone of the times and days of an iCalendar file that name none, as Nextcloud's Tasks and days without a time do; without it that of the file (X-WR-TIMEZONE), otherwise UTC.",
            new OpenApiSchema { Type = JsonSchemaType.String },
            "Europe/Berlin"));

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
        OneOf(WebhookStats.Windows.Keys, WebhookStats.DefaultWindow)));

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, params OpenApiParameter[] parameters) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters = [.. operation.Parameters ?? [], .. parameters];
            return Task.CompletedTask;
        }).WithMetadata(new QueryNames(null));

    /// <summary>The endpoint has this parameter alone, and does not look for others itself.</summary>
    private static RouteHandlerBuilder DescribeOnly(this RouteHandlerBuilder endpoint, params OpenApiParameter[] parameters) =>
        endpoint.Describe(parameters).WithMetadata(new QueryNames([.. parameters.Select(p => p.Name!)]));

    private static OpenApiParameter Limit() => Parameter("limit", "Most items on a page.", Number(PageQuery.MaxLimit, PageQuery.DefaultLimit));

    private static OpenApiParameter Page() => Parameter("page", "Number of the page.", Number(PageQuery.MaxPage, 1));

    private static OpenApiParameter Parameter(string name, string description, OpenApiSchema schema, string? example = null) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema, Example = example is null ? null : Example(schema, example) };

    private static JsonNode Example(OpenApiSchema schema, string text) => schema.Type switch
    {
        JsonSchemaType.Array => new JsonArray([.. text.Split(',').Select(w => JsonValue.Create(w))]),
        JsonSchemaType.Boolean => JsonValue.Create(text == "true"),
        _ => JsonValue.Create(text),
    };

    private static OpenApiSchema Number(int max, int? fallback = null) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int32",
        Minimum = "1",
        Maximum = max.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Default = fallback is null ? null : JsonValue.Create(fallback.Value),
    };

    private static OpenApiSchema Time() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    private static OpenApiSchema ListOf(IEnumerable<string> words) => Items(OneOf(words));

    private static OpenApiSchema Items(OpenApiSchema item, int? max = null) => new() { Type = JsonSchemaType.Array, Items = item, MaxItems = max };

    private static OpenApiSchema IdOrNone() => new()
    {
        Type = JsonSchemaType.String,
        Pattern = $"^({TaskListQueryParser.None}|[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}})$",
    };

    private static OpenApiSchema OneOf(IEnumerable<string> words, string? fallback = null)
    {
        var schema = SchemaWords.Schema(words);
        schema.Default = fallback is null ? null : JsonValue.Create(fallback);
        return schema;
    }

    private static OpenApiSchema Text(int? max = null) => new() { Type = JsonSchemaType.String, MaxLength = max };

    private static OpenApiSchema Bool() => new() { Type = JsonSchemaType.Boolean };
}
