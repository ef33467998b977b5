using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace TaskAspire.ApiService.Errors;

/// <summary>What is wrong with a JSON body, by the field it is wrong in.</summary>
internal static class JsonProblems
{
    private const string BeforeName = "The JSON property '";
    private const string AfterName = "' could not be mapped to any .NET member";

    private const string BeforeType = "could not be converted to ";

    /// <summary>What to say for the type that a value is not of, by what the name of that type has in it; the first counts.</summary>
    private static readonly (string Type, string Expected)[] Types =
    [
        ("List`1", "A list is expected."),
        ("[]", "A list is expected."),
        ("TagsHead", "A list is expected."),
        ("RemindersHead", "A list is expected."),
        ("Dictionary`2", "An object is expected."),
        ("System.Guid", "A UUID is expected, such as 01980f6e-7c1a-7d3e-9f7b-2a4c6e8d0f12."),
        ("System.Boolean", "true or false is expected."),
        ("JsonObject", "An object is expected."),
        ("Request", "An object is expected."),
        ("Patch", "An object is expected."),
        ("Portability.Portable", "An object is expected."),
    ];

    private static readonly string[] Required = ["The field is required."];

    /// <summary>For a member that does not exist. Names in answers are camelCase, so the message repeats how it was spelled.</summary>
    public static string NoSuchField(string name) => $"There is no field '{name}' (upper and lower case differ).";

    public static ProblemDetails Describe(JsonException exception)
    {
        var field = FieldOf(exception.Path);
        var message = exception.Message;
        // The serializer appends where it happened in terms of .NET types and byte positions.
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        message = end < 0 ? message : message[..end];
        if (message.StartsWith(BeforeName, StringComparison.Ordinal) && message.LastIndexOf(AfterName, StringComparison.Ordinal) is > 0 and var nameEnd)
        {
            message = NoSuchField(message[BeforeName.Length..nameEnd]);
        }
        else if (message.IndexOf(BeforeType, StringComparison.Ordinal) is >= 0 and var typeStart)
        {
            message = Expected(message[(typeStart + BeforeType.Length)..]);
        }
        else if (message.Contains("doesn't allow setting null", StringComparison.Ordinal))
        {
            message = "The field must not be null.";
        }
        else if (message.StartsWith("Duplicate property", StringComparison.Ordinal))
        {
            message = "The field is given twice.";
        }
        else if (message.Contains("missing required properties", StringComparison.Ordinal))
        {
            return Missing(message);
        }
        else if (exception.Path is null or "$" && exception.LineNumber is not null)
        {
            message = WithoutReader(message);
            var malformed = Problems.Details(StatusCodes.Status400BadRequest, ProblemTypes.MalformedRequest, $"The body is not valid JSON: {message}");
            malformed.Extensions["errors"] = new Dictionary<string, string[]> { ["$"] = [message] };
            return malformed;
        }

        return Problems.ValidationDetails(new Dictionary<string, string[]> { [field] = [message] });
    }

    private static string Expected(string type) =>
        Types.FirstOrDefault(t => type.Contains(t.Type, StringComparison.Ordinal)).Expected ?? "The value is not of the expected type, or not one of the allowed values.";

    /// <summary>The reader's own words, without those that tell a .NET developer how to set it.</summary>
    private static string WithoutReader(string message) => message
        .Replace(" Change the reader options.", "", StringComparison.Ordinal)
        .Replace(", when isFinalBlock is true", "", StringComparison.Ordinal);

    /// <summary><c>$.reminders[0].at</c> is <c>reminders[0].at</c>; the body itself stays <c>$</c>.</summary>
    private static string FieldOf(string? path) => path is { Length: > 2 } && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "$";

    private static HttpValidationProblemDetails Missing(string message)
    {
        // "… missing required properties including: 'email', 'password'."
        var names = message.Split('\'').Where((_, i) => i % 2 == 1).Where(n => !n.Contains('.', StringComparison.Ordinal)).Distinct();
        return Problems.ValidationDetails(names.ToDictionary(n => n, _ => Required));
    }
}
