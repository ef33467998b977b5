using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>
/// Gives every parameter and body that has no example of its own one that fits its schema: from <see cref="Words"/> by the name of
/// the field, else from what the schema says. So there is one for what is added tomorrow, too.
/// </summary>
internal static class Examples
{
    private const string Id = "01980f6e-7c1a-7d3e-9f7b-2a4c6e8d0f12";
    private const string Time = "2026-10-24T17:00:00.000Z";
    private const string SyncToken = "AQMAAAAAAAAE0mUtUx8Vj4y2WhxgsxRESRQAtNdscWfNvp3XTk_oLPTM";
    private const string FutureTime = "2030-12-24T17:00:00.000Z";
    private const int MaxDepth = 8;

    /// <summary>What a field of this name holds in real life.</summary>
    private static readonly Dictionary<string, JsonNode> Words = new()
    {
        ["title"] = "Water the plants",
        ["description"] = "The fern twice.",
        ["dueDate"] = FutureTime,
        ["expiresAt"] = FutureTime,
        ["timeZone"] = "Europe/Berlin",
        ["tags"] = new JsonArray("garden", "weekly"),
        ["tag"] = new JsonArray("garden"),
        ["recurrence"] = "FREQ=WEEKLY;BYDAY=MO",
        ["minutesBeforeDue"] = 15,
        ["limit"] = 20,
        ["cursor"] = "MHwxfDAxOTgwZjZlN2MxYTdkM2U5ZjdiMmE0YzZlOGQwZjEyfD02MzkyODQ1ODAwMDAwMDAwMDA",
        ["token"] = SyncToken,
        ["nextToken"] = SyncToken,
        ["entity"] = "task",
        ["operation"] = "updated",
        ["fields"] = new JsonObject { ["priority"] = new JsonObject { ["from"] = "low", ["to"] = "none" } },
        // Of who changed a task.
        ["type"] = "user",
        ["etag"] = CommonAnswers.ETagExample,
        ["index"] = 0,
        ["status"] = 200,
        ["atomic"] = false,
        ["dryRun"] = false,
        ["name"] = "Garden",
        ["color"] = "#2e8b57",
        ["search"] = "plants",
        ["email"] = "ada@example.com",
        ["displayName"] = "Ada",
        ["password"] = "correct-Horse-7-battery",
        ["currentPassword"] = "correct-Horse-7-battery",
        ["newPassword"] = "wrong-Donkey-8-capacitor",
        ["accessToken"] = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImRldiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
        ["refreshToken"] = "rt_AZgPbnwafT6fexpqTG6NDxK7Yw0x6bT1xgq2sQhV3mZt8yLrKqUeBnJwPcXs",
        ["tokenType"] = "Bearer",
        ["expiresIn"] = 900,
        ["userAgent"] = "curl/8.11.0",
        ["ipAddress"] = "203.0.113.7",
        ["url"] = "https://hooks.example.com/taskaspire",
        ["events"] = new JsonArray("task.created", "task.reminder"),
        // Ids would be of categories that the reader does not have.
        ["categoryIds"] = new JsonArray(),
        ["event"] = "task.created",
        ["eventType"] = "task.created",
        ["secret"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
        ["apiKey"] = "the-receiver-knows-it",
        ["headerNames"] = new JsonArray("X-Team"),
        ["window"] = "24h",
        // Of a delivery that waits for its next attempt.
        ["statusCode"] = 500,
        ["lastStatusCode"] = 500,
        ["error"] = AttemptErrors.Http5xx,
        ["errorMessage"] = "Answered 500.",
        ["lastError"] = "Answered 500.",
        ["responseBody"] = "out of order",
        ["failed"] = 0,
        ["dead"] = 0,
        ["cancelled"] = 0,
        ["held"] = 0,
        ["consecutiveFailures"] = 0,
        // Not a good one: whoever looks for keys that leaked would find it.
        ["prefix"] = "ta_7Qm2Xb9c",
        ["key"] = "ta_7Qm2Xb9cVt4LwR8kYp3NzHs6Jf1GdEa5Uo0TiKvMqWx000000",
        ["scopes"] = new JsonArray("tasks:read", "tasks:write"),
        ["format"] = "taskaspire",
        ["version"] = 1,
        ["useSharedSecret"] = false,
        ["overlapHours"] = 24,
        ["rateLimit"] = 50,
        ["concurrency"] = 8,
        ["headers"] = new JsonObject { ["X-Team"] = "garden" },
        ["eventTypes"] = new JsonArray("task.*"),
        ["from"] = "2026-10-23T17:00:00.000Z",
        ["operations"] = JsonNode.Parse($$"""
            [
              { "op": "create", "task": { "title": "Water the plants", "dueDate": "{{FutureTime}}", "tags": ["garden"] } },
              { "op": "update", "id": "{{Id}}", "patch": { "priority": "high" } },
              { "op": "complete", "id": "{{Id}}" }
            ]
            """)!,
        ["kty"] = "RSA",
        ["use"] = "sig",
        ["alg"] = "RS256",
        ["kid"] = "dev",
        ["n"] = "sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHpM2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw",
        ["e"] = "AQAB",
    };

    /// <summary>What most often has no value, or has none beside other fields. Empty where it may be null.</summary>
    private static readonly HashSet<string> Empty =
    [
        "id", "at", "categoryId", "category", "parentId", "completedAt", "deletedAt", "recurrenceStart", "cursor", "nextCursor", "ifMatch", "lastUsedAt", "problem", "tag", "apiKeyId",
        "pausedAt", "disabledReason", "disabledAt", "previousSecretExpiresAt", "failingSince", "probedAt", "lastFailureAt",
    ];

    public static void Add(OpenApiDocument document)
    {
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p.Example is null && p.Examples is null) ?? [])
            {
                parameter.Example = Of(parameter.Schema!, parameter.Name!, 0);
            }

            AddTo(operation.RequestBody?.Content);
            foreach (var answer in operation.Responses?.Values ?? Enumerable.Empty<IOpenApiResponse>())
            {
                AddTo(answer.Content);
            }
        }
    }

    private static void AddTo(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var media in content?.Values.Where(m => m.Schema is not null && m.Example is null && m.Examples is null) ?? [])
        {
            media.Example = Of(media.Schema!, "", 0);
        }
    }

    private static JsonNode? Of(IOpenApiSchema schema, string name, int depth)
    {
        if ((schema.Examples?.FirstOrDefault() ?? schema.Default) is { } own)
        {
            return own.DeepClone();
        }

        if (Empty.Contains(name) && IsNullable(schema))
        {
            return null;
        }

        if (schema.OneOf?.FirstOrDefault(s => s.Type != JsonSchemaType.Null) is { } one)
        {
            return Of(one, name, depth);
        }

        if (schema.Enum is [{ } first, ..])
        {
            return first.DeepClone();
        }

        if (Words.TryGetValue(name, out var word) && Fits(word, schema))
        {
            return word.DeepClone();
        }

        return (schema.Type & ~JsonSchemaType.Null) switch
        {
            _ when depth > MaxDepth => null,
            JsonSchemaType.Array => new JsonArray(schema.Items is { } items ? [Of(items, name, depth + 1)] : []),
            JsonSchemaType.Boolean => true,
            JsonSchemaType.Integer or JsonSchemaType.Number => JsonNode.Parse(schema.Minimum ?? "1"),
            JsonSchemaType.String => schema.Format switch
            {
                "uuid" => Id,
                "date-time" => Time,
                _ => "text",
            },
            _ => ObjectOf(schema, depth),
        };
    }

    private static JsonObject ObjectOf(IOpenApiSchema schema, int depth)
    {
        var result = new JsonObject();
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            result[name] = Of(property, name, depth + 1);
        }

        return result;
    }

    private static bool IsNullable(IOpenApiSchema schema) =>
        schema.Type?.HasFlag(JsonSchemaType.Null) == true || schema.OneOf?.Any(s => s.Type == JsonSchemaType.Null) == true;

    private static bool Fits(JsonNode word, IOpenApiSchema schema) => schema.Type is null || schema.Type.Value.HasFlag(word switch
    {
        JsonArray => JsonSchemaType.Array,
        JsonObject => JsonSchemaType.Object,
        JsonValue value when value.TryGetValue<bool>(out _) => JsonSchemaType.Boolean,
        JsonValue value when value.TryGetValue<int>(out _) => JsonSchemaType.Integer,
        _ => JsonSchemaType.String,
    });
}
