using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Tasks.Bulk;

/// <summary>A <see cref="BulkRequest"/> whose operations are not read yet, so that one that cannot be read fails alone.</summary>
internal sealed record BulkBody
{
    public bool Atomic { get; init; }

    [JsonConverter(typeof(OperationsConverter))]
    public required IReadOnlyList<JsonObject?> Operations { get; init; }

    /// <summary>Tells each object where it is, so that what cannot be read in it is named by its path in the request.</summary>
    private sealed class OperationsConverter : JsonConverter<IReadOnlyList<JsonObject?>>
    {
        public override IReadOnlyList<JsonObject?> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException("A list is expected.");
            }

            var operations = new List<JsonObject?>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var path = $"$.operations[{operations.Count}]";
                operations.Add(reader.TokenType switch
                {
                    JsonTokenType.StartObject => PatchObjectConverter.ReadObject(ref reader, path),
                    JsonTokenType.Null => null,
                    _ => throw new JsonException("An object is expected.", path, null, null),
                });
            }

            return operations;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<JsonObject?> value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}

/// <summary>An operation that is ready to be done, or what is wrong with it.</summary>
internal sealed record BulkStep
{
    /// <summary>Its place among the operations.</summary>
    public required int Index { get; init; }

    /// <summary>What to do; null where <see cref="Problem"/> says that it cannot be read.</summary>
    public Item? Operation { get; private init; }

    /// <summary>The task of a <c>create</c> or <c>replace</c>.</summary>
    public TaskRequest? Task { get; private init; }

    /// <summary>What is wrong with it.</summary>
    public BulkProblem? Problem { get; private init; }

    /// <summary>The id of the task that is changed or made.</summary>
    public Guid TaskId { get; private init; }

    public static async Task<BulkStep> ReadAsync(int index, JsonObject? json, RequestValidation validation, CancellationToken cancellationToken)
    {
        var step = new BulkStep { Index = index };
        if (json is null)
        {
            return step.Fail("", "An operation must not be null.");
        }

        try
        {
            var item = json.Deserialize<Item>(ApiJson.Options)!;
            var isCreate = item.Op == BulkOperationKind.Create;
            step = step with { Operation = item, TaskId = item.Id ?? Guid.CreateVersion7() };
            var wrong = Check("id", item.Id is not null, wanted: !isCreate)
                ?? Check("task", item.Task is not null, wanted: item.Op is BulkOperationKind.Create or BulkOperationKind.Replace)
                ?? Check("patch", item.Patch is not null, wanted: item.Op is BulkOperationKind.Update)
                ?? (isCreate ? Check("ifMatch", item.IfMatch is not null, wanted: false) : null);
            if (wrong is var (field, message))
            {
                return step.Fail(field, message);
            }
        }
        catch (JsonException exception)
        {
            return step with { Problem = step.Locate(JsonProblems.Describe(exception), "") };
        }

        return step.Operation.Task is null ? step : await step.ReadTaskAsync(validation, cancellationToken);
    }

    /// <summary>The problem of the operation, in words of the request it is a part of.</summary>
    public BulkProblem Locate(ProblemDetails problem) => Locate(problem, Operation?.Op switch
    {
        BulkOperationKind.Create or BulkOperationKind.Replace => ".task",
        BulkOperationKind.Update => ".patch",
        _ => "",
    });

    private async Task<BulkStep> ReadTaskAsync(RequestValidation validation, CancellationToken cancellationToken)
    {
        try
        {
            var task = Operation!.Task!.Deserialize<TaskRequest>(ApiJson.Options)!;
            return await validation.CheckAsync(task, cancellationToken) is { } errors
                ? this with { Problem = Locate(Problems.ValidationDetails(errors)) }
                : this with { Task = task };
        }
        catch (JsonException exception)
        {
            return this with { Problem = Locate(JsonProblems.Describe(exception)) };
        }
    }

    private static (string Field, string Message)? Check(string field, bool given, bool wanted) =>
        given == wanted ? null : (field, wanted ? "This operation needs it." : "This operation has none.");

    private BulkStep Fail(string field, string message) =>
        this with { Problem = Locate(Problems.ValidationDetails(new Dictionary<string, string[]> { [field] = [message] }), "") };

    private BulkProblem Locate(ProblemDetails problem, string part)
    {
        var errors = problem switch
        {
            HttpValidationProblemDetails validation => validation.Errors.ToDictionary(e => Locate(e.Key, part), e => e.Value),
            { Status: StatusCodes.Status412PreconditionFailed } => new Dictionary<string, string[]> { [Locate("ifMatch", "")] = [problem.Detail!] },
            _ => new Dictionary<string, string[]> { [Locate("id", "")] = [problem.Detail!] },
        };
        return new BulkProblem(problem.Type!, problem.Title!, problem.Status!.Value, problem.Detail!, errors);
    }

    private string Locate(string field, string part) =>
        field is "" or "$" ? $"operations[{Index}]{part}" : $"operations[{Index}]{part}.{FieldNames.FromProperty(field)}";

    /// <summary>A <see cref="BulkOperation"/> whose parts are not read yet.</summary>
    internal sealed record Item
    {
        public required BulkOperationKind Op { get; init; }

        public Guid? Id { get; init; }

        public JsonObject? Task { get; init; }

        public JsonObject? Patch { get; init; }

        public string? IfMatch { get; init; }
    }
}
