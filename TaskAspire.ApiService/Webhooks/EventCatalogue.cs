using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>A type of event.</summary>
/// <param name="Name">What endpoints subscribe to.</param>
/// <param name="Description">When it comes.</param>
/// <param name="Schema">JSON Schema (2020-12) of the body.</param>
/// <param name="Example">A body.</param>
public sealed record EventTypeResponse(string Name, string Description, JsonNode Schema, JsonNode Example);

/// <summary>All types of event.</summary>
/// <param name="Items">The types.</param>
public sealed record EventTypeListResponse(IReadOnlyList<EventTypeResponse> Items);

/// <summary>
/// What there is to subscribe to. Schemas come from the types that bodies are written from, and examples from the code that writes them, so
/// they cannot say one thing while the dispatcher sends another.
/// </summary>
internal static class EventCatalogue
{
    private static readonly DateTimeOffset Time = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = new("019caa1d-5a00-7000-8000-000000000001");
    private static readonly Guid UserId = new("019caa1d-5a00-7000-8000-000000000002");

    /// <summary>JSON Schema of a task as events carry it.</summary>
    public static JsonNode TaskSchema { get; } = ApiJson.Options.GetJsonSchemaAsNode(typeof(TaskResponse), new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Describe,
    });

    public static IReadOnlyList<EventTypeResponse> All { get; } =
    [
        OfTask(WebhookEventTypes.TaskCreated, "A task was created. data is the task."),
        OfTask(WebhookEventTypes.TaskUpdated, "A task was changed otherwise than the other events say. data is the task as it is now."),
        OfTask(WebhookEventTypes.TaskCompleted, "A task was completed. data is the task as it is now."),
        OfTask(WebhookEventTypes.TaskReopened, "A completed or cancelled task was taken up again. data is the task as it is now."),
        OfTask(WebhookEventTypes.TaskDeleted, "A task went to the trash. data is the task as it is there."),
        OfTask(WebhookEventTypes.TaskRestored, "A task came back from the trash. data is the task as it is now."),
        OfDueTask(WebhookEventTypes.TaskReminder, "The time of a reminder has come. timestamp is that time."),
        OfDueTask(WebhookEventTypes.TaskOverdue, "An open task's due date has passed; once for each due date."),
        Of(
            WebhookEventTypes.WebhookTest,
            "The owner of the endpoint asked for a test. It goes to that endpoint whatever it subscribed to.",
            Members(("endpointId", Text("uuid")), ("url", Text()), ("message", Text())),
            WebhookPayload.ForTest(Time, Id, "https://example.com/hook")),
        Of(
            WebhookEventTypes.WebhookDisabled,
            "Another endpoint of the same owner was disabled: it answered 410 (gone), or every attempt failed for 120 hours (failing).",
            Members(
                ("endpointId", Text("uuid")), ("url", Text()), ("reason", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("gone", "failing") }), ("disabledAt", Text("date-time"))),
            WebhookPayload.ForDisabled(Time, Id, "https://example.com/hook", "gone")),
    ];

    public static Ok<EventTypeListResponse> List() => TypedResults.Ok(new EventTypeListResponse(All));

    private static EventTypeResponse OfTask(string type, string description)
    {
        var task = TaskResponse.From(new TaskItem { Id = Id, UserId = UserId, Title = "Water the plants", DueDate = Time, CreatedAt = Time, UpdatedAt = Time }, null, ["home"], []);
        return Of(type, description, TaskSchema.DeepClone(), WebhookPayload.Write(type, Time, json => JsonSerializer.Serialize(json, task, ApiJson.Options)));
    }

    private static EventTypeResponse OfDueTask(string type, string description)
    {
        var dueDate = Text("date-time");
        dueDate["type"] = new JsonArray("string", "null");
        return Of(
            type,
            description,
            Members(("taskId", Text("uuid")), ("title", Text()), ("dueDate", dueDate), ("userId", Text("uuid"))),
            WebhookPayload.ForDueTask(type, Time, Id, "Water the plants", Time, UserId));
    }

    private static EventTypeResponse Of(string type, string description, JsonNode data, byte[] example)
    {
        var schema = Members(("event", new JsonObject { ["type"] = "string", ["const"] = type }), ("timestamp", Text("date-time")), ("data", data));
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "$id", $"urn:taskaspire:event:{type}");
        return new EventTypeResponse(type, description, schema, JsonNode.Parse(example)!);
    }

    private static JsonObject Members(params (string Name, JsonNode Schema)[] members) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Schema))),
        ["required"] = new JsonArray([.. members.Select(member => JsonValue.Create(member.Name))]),
    };

    private static JsonObject Text(string? format = null)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (format is not null)
        {
            schema["format"] = format;
        }

        return schema;
    }

    // Of types with converters of our own the exporter knows nothing; and all that a task has is always sent.
    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type.IsEnum)
        {
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. EnumWords.Words(type).Select(word => JsonValue.Create(word))]) };
        }

        if (ConvertedTypes.PlainType(type) is var (plain, _))
        {
            var word = plain.ToIdentifiers()[0];
            var value = type == typeof(DateTimeOffset) ? Text("date-time") : new JsonObject { ["type"] = word };
            if (context.PropertyInfo?.IsGetNullable == true || type != context.TypeInfo.Type)
            {
                value["type"] = new JsonArray(word, "null");
            }

            return value;
        }

        if (context.TypeInfo.ElementType == typeof(string))
        {
            schema["items"] = Text();
        }

        if (schema is JsonObject { } members && members["properties"] is JsonObject properties)
        {
            members.Remove("additionalProperties");
            members["required"] = new JsonArray([.. properties.Select(property => JsonValue.Create(property.Key))]);
        }

        return schema;
    }
}
