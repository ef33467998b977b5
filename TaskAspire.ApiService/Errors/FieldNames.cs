using System.Text.Json;

namespace TaskAspire.ApiService.Errors;

/// <summary>What a field is called in an answer.</summary>
internal static class FieldNames
{
    /// <summary><c>Reminders[1].MinutesBeforeDue</c> is <c>reminders[1].minutesBeforeDue</c>.</summary>
    public static string FromProperty(string path) =>
        string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
}
