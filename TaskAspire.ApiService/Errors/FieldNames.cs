using System.Text.Json;

namespace TaskAspire.ApiService.Errors;

/// <summary>What a field is called in an answer.</summary>
internal static class FieldNames
{
    /// <summary><c>Reminders[1].MinutesBeforeDue</c> is <c>reminders[1].minutesBeforeDue</c>; the name of a header stays as it is.</summary>
    public static string FromProperty(string path) => path.Contains('-', StringComparison.Ordinal)
        ? path
        : string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    /// <summary>The framework says that a field is required by its name in .NET, and also when it was sent, but blank.</summary>
    public static string InMessage(string path, string message) =>
        message.Equals($"The {path[(path.LastIndexOf('.') + 1)..]} field is required.", StringComparison.OrdinalIgnoreCase) ? "A text is expected that is not blank." : message;
}
