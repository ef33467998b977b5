using System.Globalization;
using System.Text.RegularExpressions;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Portability;

/// <summary>How fields stand in a cell of a table: names of columns as in JSON, lists with <c>;</c> between their parts.</summary>
internal static partial class CsvColumns
{
    public static readonly string[] Names =
    [
        "id", "title", "description", "status", "priority", "dueDate", "timeZone", "category", "tags", "parentId", "reminders", "recurrence",
        "recurrenceStart", "completedAt", "createdAt", "updatedAt",
    ];

    public static string?[] CellsOf(PortableTask task) =>
    [
        task.Id, task.Title, task.Description, EnumWords.Of(task.Status), EnumWords.Of(task.Priority), Time(task.DueDate), task.TimeZone, task.Category,
        Join(task.Tags), task.ParentId, Join(task.Reminders.Select(r => Time(r.At) ?? r.MinutesBeforeDue?.ToString(CultureInfo.InvariantCulture) ?? "")),
        task.Recurrence, Time(task.RecurrenceStart), Time(task.CompletedAt), Time(task.CreatedAt), Time(task.UpdatedAt),
    ];

    /// <summary>
    /// A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP: CSV injection). So does one that begins
    /// with apostrophes and then that, so that <see cref="Unguard"/> gives back exactly what was there.
    /// </summary>
    public static string Guard(string cell) => Dangerous().IsMatch(cell) ? "'" + cell : cell;

    public static string Unguard(string cell) => cell.StartsWith('\'') && Dangerous().IsMatch(cell) ? cell[1..] : cell;

    /// <summary>Parts with ; between them; a ; or \ of a part has a \ before it. Found as they are asked for: a cell can have tens of thousands.</summary>
    public static IEnumerable<string> Split(string cell)
    {
        for (var part = cell.Length == 0 ? Match.Empty : Parts().Match(cell); part.Success; part = part.NextMatch())
        {
            yield return Escaped().Replace(part.Value, "$1").Trim();
        }
    }

    private static string Join(IEnumerable<string> parts) => string.Join(';', parts.Select(p => Special().Replace(p, @"\$0")));

    private static string? Time(DateTimeOffset? time) => time is { } value ? Rfc3339Converter.Format(value) : null;

    [GeneratedRegex(@"\A'*[=+\-@\t\r]", RegexOptions.CultureInvariant)]
    private static partial Regex Dangerous();

    [GeneratedRegex(@"(?<=\A|;)(?:\\.|[^;\\])*", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Parts();

    [GeneratedRegex(@"\\(.)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();

    [GeneratedRegex(@"[;\\]", RegexOptions.CultureInvariant)]
    private static partial Regex Special();
}
