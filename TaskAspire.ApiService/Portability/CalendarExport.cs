using System.Buffers;
using System.Globalization;
using System.Text;
using Ical.Net.DataTypes;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks.Recurrence;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// An iCalendar object (RFC 5545) with a VTODO for each task. What it cannot say stays out: categories without tasks, colours, parts of
/// a second, and that a series began before its present occurrence (COUNT starts over).
/// </summary>
internal sealed class CalendarExport : IExportFormat
{
    /// <summary>The category, among the CATEGORIES that otherwise are tags.</summary>
    public const string CategoryProperty = "X-TASKASPIRE-CATEGORY";

    private readonly HashSet<string> _zones = new(StringComparer.Ordinal);
    private string _stamp = "";

    public void Begin(IBufferWriter<byte> output, DateTimeOffset now, IReadOnlyList<PortableCategory> categories, IReadOnlyList<string> tags)
    {
        _stamp = Utc(now)!;
        Write(output, new CalendarLines().Add("BEGIN", "VCALENDAR").Add("VERSION", "2.0").Add("PRODID", "-//TaskAspire//Export 1//EN").ToString());
    }

    public void Write(IBufferWriter<byte> output, IReadOnlyList<PortableTask> tasks)
    {
        foreach (var task in tasks)
        {
            if (task is { DueDate: not null, TimeZone: { } zone } && zone != CalDateTime.UtcTzId && _zones.Add(zone))
            {
                Write(output, CalendarZoneDefinition.Of(zone));
            }

            Write(output, Todo(task).ToString());
        }
    }

    public void End(IBufferWriter<byte> output) => Write(output, "END:VCALENDAR\r\n");

    private CalendarLines Todo(PortableTask task)
    {
        var lines = new CalendarLines()
            .Add("BEGIN", "VTODO")
            .AddText("UID", task.Id)
            .Add("DTSTAMP", _stamp)
            .Add("CREATED", Utc(task.CreatedAt))
            .Add("LAST-MODIFIED", Utc(task.UpdatedAt))
            .AddText("SUMMARY", task.Title)
            .AddText("DESCRIPTION", task.Description)
            .Add("STATUS", CalendarWords.Of(task.Status))
            .Add("PRIORITY", CalendarWords.Of(task.Priority))
            .AddTexts("CATEGORIES", task.Category is null ? task.Tags : [task.Category, .. task.Tags])
            .AddText(CategoryProperty, task.Category)
            .AddText("RELATED-TO", task.ParentId)
            .Add("COMPLETED", Utc(task.CompletedAt))
            .Add("PERCENT-COMPLETE", task.Status == TaskItemStatus.Done ? "100" : null);
        if (task.DueDate is { } due)
        {
            AddDue(lines, task, due);
        }

        foreach (var reminder in task.Reminders.Where(r => r.At is not null || task.DueDate is not null))
        {
            lines.Add("BEGIN", "VALARM").Add("ACTION", "DISPLAY").AddText("DESCRIPTION", task.Title)
                .Add("TRIGGER;VALUE=DATE-TIME", Utc(reminder.At))
                .Add("TRIGGER;RELATED=END", reminder.MinutesBeforeDue is { } minutes ? string.Create(CultureInfo.InvariantCulture, $"-PT{minutes}M") : null)
                .Add("END", "VALARM");
        }

        return lines.Add("END", "VTODO");
    }

    private static void AddDue(CalendarLines lines, PortableTask task, DateTimeOffset due)
    {
        var clock = WallClock.In(task.TimeZone);
        var local = clock.At(due);
        // The second of two equal times at the end of daylight saving can be said in UTC only.
        var (parameters, value) = task.TimeZone is { } zone && zone != CalDateTime.UtcTzId && clock.ToUtc(local) == due
            ? ($";TZID={zone}", SeriesTimes.Format(new CalDateTime(local, null)))
            : ("", Utc(due)!);
        lines.Add($"DUE{parameters}", value);
        var occurrence = new Tasks.Recurrence.Occurrence(local, due);
        // One that was put off past the end of its series is the last; a rule that ends before it begins is none.
        if (task.Recurrence is null || SeriesRuleParser.Parse(task.Recurrence) is not { } rule || rule.Rule.Until?.IsBefore(occurrence) == true)
        {
            return;
        }

        // A series needs a DTSTART; that of a task is its due date (Apple's Reminders does so, too).
        lines.Add($"DTSTART{parameters}", value);
        if (rule.Rule.Until is { IsUtc: false } until)
        {
            // The RFC wants UTC beside a time with a zone.
            rule.Rule.Until = new CalDateTime(clock.ToUtc(until.HasTime ? until.Value : until.Value.AddDays(1).AddSeconds(-1)).UtcDateTime);
        }

        lines.Add("RRULE", rule.ToString().Split('\n')[0]);
        // One that was put off to when its series has none is there all the same.
        foreach (var exception in rule.Exceptions.Where(e => !new SeriesRule(rule.Rule, [e]).LeavesOut(occurrence)))
        {
            if (!exception.HasTime || exception.IsUtc)
            {
                lines.Add(exception.HasTime ? "EXDATE" : "EXDATE;VALUE=DATE", SeriesTimes.Format(exception));
            }
            else if (clock.ToUtc(exception.Value) is var moment && Rfc3339Converter.IsInRange(moment))
            {
                lines.Add("EXDATE", Utc(moment));
            }
        }
    }

    private static string? Utc(DateTimeOffset? time) => time is { } value ? SeriesTimes.Format(new CalDateTime(value.UtcDateTime)) : null;

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
