using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace TaskAspire.ApiService.Errors;

/// <summary>What is wrong with a JSON body, by the field it is wrong in.</summary>
internal static class JsonProblems
{
    private const string BeforeName = "The JSON property '";
    private const string AfterName = "' could not be mapped to any .NET member";

    private static readonly string[] Required = ["The field is required."];

    /// <summary>For a member that is none. Names in answers are camelCase, so how it was spelled is said here.</summary>
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
        else if (message.Contains("could not be converted to", StringComparison.Ordinal))
        {
            message = "The value is not of the expected type, or not one of the allowed values.";
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
            var malformed = Problems.Details(StatusCodes.Status400BadRequest, ProblemTypes.MalformedRequest, $"The body is not valid JSON: {message}");
            malformed.Extensions["errors"] = new Dictionary<string, string[]> { ["$"] = [message] };
            return malformed;
        }

        return Problems.ValidationDetails(new Dictionary<string, string[]> { [field] = [message] });
    }

    /// <summary><c>$.reminders[0].at</c> is <c>reminders[0].at</c>; the body itself stays <c>$</c>.</summary>
    private static string FieldOf(string? path) => path is { Length: > 2 } && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "$";

    private static HttpValidationProblemDetails Missing(string message)
    {
        // "… missing required properties including: 'email', 'password'."
        var names = message.Split('\'').Where((_, i) => i % 2 == 1).Where(n => !n.Contains('.', StringComparison.Ordinal)).Distinct();
        return Problems.ValidationDetails(names.ToDictionary(n => n, _ => Required));
    }
}
