using System.Text.Json;

namespace TaskAspire.ApiService.Errors;

/// <summary>What a field is called in an answer.</summary>
internal static class FieldNames
{
    /// <summary><c>Reminders[1].MinutesBeforeDue</c> is <c>reminders[1].minutesBeforeDue</c>; the name of a header stays as it is.</summary>
    public static string FromProperty(string path) => path.Contains('-', StringComparison.Ordinal)
        ? path
        : string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
}
