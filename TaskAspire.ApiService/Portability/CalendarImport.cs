using System.Globalization;
using CalDateTime = Ical.Net.DataTypes.CalDateTime;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Tasks.Recurrence;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>Reads the VTODOs of an iCalendar object, ours or another program's; what a task has no field for is left out.</summary>
internal static class CalendarImport
{
    /// <summary>Of all series together: each takes as long to step over as the occurrences of a day.</summary>
    private const int MostExceptionsOfFile = 100_000;

    /// <param name="octets">The file, with a character for each octet.</param>
    /// <param name="mostTasks">With one more it stops reading.</param>
    /// <param name="timeZone">Where times and days are that do not say it. Null: where the file says (X-WR-TIMEZONE), otherwise UTC.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static ImportContent Read(string octets, int mostTasks, string? timeZone, CancellationToken cancellationToken)
    {
        var content = new ImportContent();
        var calendars = CalendarReader.Read(octets, mostTasks, content.Errors).Where(c => c.Name == "VCALENDAR").ToList();
        var todos = calendars.SelectMany(c => c.Components).Where(c => c.Name == "VTODO").ToList();
        var zone = timeZone ?? CalendarZones.Find(calendars.Select(c => c.Find("X-WR-TIMEZONE")).OfType<CalendarLine>().FirstOrDefault()?.Value.Trim());
        var occurrences = new CalendarOccurrences(todos);
        var relations = new CalendarRelations(todos);
        var exceptions = 0;
        foreach (var component in todos)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var todo = new Todo(component, occurrences, relations, zone, content.Errors);
            content.Items.Add(new ImportItem($"line {component.Number}, ", todo.Read()));
            exceptions += todo.ExceptionCount;
            if (exceptions > MostExceptionsOfFile)
            {
                content.Errors.Add(
                    $"line {component.Number}, EXDATE",
                    string.Create(CultureInfo.InvariantCulture, $"Up to this task, more than {MostExceptionsOfFile:N0} occurrences of series are left out. Split the file, or begin series later."));
                break;
            }
        }

        if (content.Items.Count == 0 && !content.Errors.Any)
        {
            content.Errors.Add("$", "There is no VTODO in it. A VCALENDAR with tasks is expected; events (VEVENT) are no tasks.");
        }

        return content;
    }

    private sealed class Todo(CalendarComponent todo, CalendarOccurrences occurrences, CalendarRelations relations, string? defaultZone, ImportErrors errors)
    {
        /// <summary>To find the next occurrence, all that are left out before it are stepped over.</summary>
        private const int MostExceptions = 1_000;

        // Found once: each alarm asks for them, and there may be as many alarms as lines to look through.
        private readonly CalendarLine? _startLine = todo.Find("DTSTART");
        private readonly CalendarLine? _dueLine = todo.Find("DUE");

        /// <summary>How many occurrences are left out of its series.</summary>
        public int ExceptionCount { get; private set; }

        private CalendarLine? DueLine => _dueLine ?? _startLine;

        public PortableTask Read()
        {
            var due = Due();
            var recurrence = Recurrence(due);
            var category = Text(CalendarExport.CategoryProperty);
            return new PortableTask
            {
                Id = occurrences.IsSingle(todo) ? null : Text("UID"),
                Title = Text("SUMMARY") ?? "",
                Description = Text("DESCRIPTION"),
                Status = Status(recurrence.IsOver),
                Priority = Word("PRIORITY", CalendarWords.PriorityOf, "A whole number from 0 to 9 is expected.") ?? TaskPriority.None,
                DueDate = recurrence.Due ?? due,
                TimeZone = due is null ? null : ZoneOf(DueLine!),
                Category = category,
                Tags = [.. Tags(category).DistinctBy(NameKeys.Of).Take(TaskRequest.MaxTags + 1)],
                ParentId = relations.ParentOf(todo),
                Reminders = [.. Reminders(due).Select(r => Moved(r, due, recurrence.Due)).Distinct().Take(TaskRequest.MaxReminders + 1)],
                Recurrence = recurrence.Rule,
                RecurrenceStart = recurrence.Rule is null ? null : due,
                CompletedAt = Time(todo.Find("COMPLETED")),
                CreatedAt = Time(todo.Find("CREATED")),
            };
        }

        /// <summary>DUE, or how long it lasts from its beginning on (RFC 5545 §3.6.2), or its beginning.</summary>
        private DateTimeOffset? Due()
        {
            var duration = todo.Find("DURATION") is { } line ? LengthOf(line) : null;
            if (_dueLine is { } due)
            {
                return Time(due);
            }

            return duration is { } lasting && _startLine is { } start
                ? Time(start) is { } begin ? Later(todo.Find("DURATION")!, start, begin, lasting) : null
                : Time(_startLine);
        }

        private CalendarDuration? LengthOf(CalendarLine line)
        {
            if (CalendarDuration.TryParse(line.Value) is { } length && !length.IsNegative)
            {
                return length;
            }

            Wrong(line, "How long it lasts is expected, such as PT30M, P1D or P2W.");
            return null;
        }

        /// <summary>A time so much after the one in a line, or before it; days are those of the clock in its zone.</summary>
        private DateTimeOffset? Later(CalendarLine line, CalendarLine from, DateTimeOffset time, CalendarDuration duration)
        {
            if (duration.After(time, ZoneOf(from)) is { } later && Rfc3339Converter.IsInRange(later))
            {
                return later.TruncateToMilliseconds();
            }

            Wrong(line, "It leads beyond the years 1970 to 9998.");
            return null;
        }

        private string? Text(string name) => todo.Find(name) is { } line ? Text(line) : null;

        private string? Text(CalendarLine line)
        {
            if (!StrictStringConverter.IsStorable(line.Value))
            {
                Wrong(line, "The text must not contain U+0000.");
                return null;
            }

            var text = CalendarLines.UnescapeOne(line.Value);
            return text.Length == 0 ? null : text;
        }

        private TaskItemStatus Status(bool isOver)
        {
            var status = Word("STATUS", CalendarWords.StatusOf, "One of NEEDS-ACTION, IN-PROCESS, COMPLETED, CANCELLED is expected.")
                ?? (todo.Find("COMPLETED") is not null ? TaskItemStatus.Done : todo.Find("PERCENT-COMPLETE")?.Value.Trim() switch
                {
                    null or "" or "0" => TaskItemStatus.Todo,
                    "100" => TaskItemStatus.Done,
                    _ => TaskItemStatus.InProgress,
                });
            // Of a series that is over, nothing is left to be done.
            return isOver && status is TaskItemStatus.Todo or TaskItemStatus.InProgress ? TaskItemStatus.Done : status;
        }

        private T? Word<T>(string name, Func<string, T?> parse, string expected)
            where T : struct
        {
            if (todo.Find(name) is not { } line)
            {
                return null;
            }

            var value = parse(line.Value);
            if (value is null)
            {
                Wrong(line, expected);
            }

            return value;
        }

        /// <summary>Its CATEGORIES, less one that is the category. One by one: there may be millions, of which a task can have a few.</summary>
        private IEnumerable<string> Tags(string? category)
        {
            foreach (var line in todo.All("CATEGORIES"))
            {
                if (!StrictStringConverter.IsStorable(line.Value))
                {
                    Wrong(line, "The text must not contain U+0000.");
                    continue;
                }

                foreach (var name in CalendarLines.Unescape(line.Value).Where(n => n.Length > 0))
                {
                    if (name == category)
                    {
                        category = null;
                    }
                    else
                    {
                        yield return name;
                    }
                }
            }
        }

        private (string? Rule, DateTimeOffset? Due, bool IsOver) Recurrence(DateTimeOffset? due)
        {
            var rules = todo.All("RRULE").ToList();
            if (rules.Count > 1)
            {
                Wrong(rules[1], "A task can have one RRULE.");
            }

            foreach (var line in todo.Lines.Where(l => l.Name is "RDATE" or "EXRULE"))
            {
                Wrong(line, $"{line.Name} is not supported. Leave it out, and make tasks of their own of the dates that RRULE and EXDATE cannot say.");
            }

            if (rules.Count == 0 || SeriesOf(rules[0], due) is not { } series)
            {
                return default;
            }

            if (due is not { } start || errors.Any)
            {
                return (series.ToString(), null, false);
            }

            // Occurrences that are left out at its beginning are over; the task is the first that is not.
            var zone = ZoneOf(DueLine!);
            return new Series(series, start, zone).First switch
            {
                null => (null, null, true),
                { } first when first == start => (series.ToString(), null, false),
                { } first => (series.From(first, WallClock.In(zone)).ToString(), first, false),
            };
        }

        /// <summary>The series of due dates; null when it cannot be said, which then is among the errors.</summary>
        private SeriesRule? SeriesOf(CalendarLine line, DateTimeOffset? due)
        {
            if (!SeriesRuleParser.TryParse(line.Value, out var rule, out var problem))
            {
                Wrong(line, problem);
                return null;
            }

            List<CalDateTime> exceptions = [.. todo.All("EXDATE").Concat(occurrences.ChangedOf(todo)).SelectMany(Exceptions).Take(MostExceptions + 1)];
            ExceptionCount = exceptions.Count;
            if (exceptions.Count > MostExceptions)
            {
                Wrong(line, string.Create(CultureInfo.InvariantCulture, $"More than {MostExceptions:N0} of its occurrences are left out or changed by themselves. Begin the series later."));
                return null;
            }

            var series = new SeriesRule(rule.Rule, exceptions);
            if (_startLine is not { } start || due is not { } end || Time(start) is not { } begin || begin == end)
            {
                return series;
            }

            var clock = WallClock.In(ZoneOf(start));
            if (_dueLine is not null)
            {
                // Beside it, programs mean a rule of due dates, as ours is; what is left out, some name by its beginning.
                return series.WithExceptionsMoved(clock.At(begin), clock.At(end), clock);
            }

            if (series.Moved(clock.At(begin), clock.At(end), clock) is { } moved)
            {
                return moved;
            }

            Wrong(line, "The rule names when the task begins, and by DURATION it is due on another day or hour. Give DUE in place of DURATION, and a rule of due dates.");
            return null;
        }

        /// <summary>The occurrences that an EXDATE or a RECURRENCE-ID names.</summary>
        private IEnumerable<CalDateTime> Exceptions(CalendarLine line)
        {
            if (line.Parameters.ContainsKey("RANGE"))
            {
                Wrong(line, "An occurrence that changes all later ones is not supported. End the series before it by UNTIL, and make one of its own of the rest.");
                return [];
            }

            // Zones have one name there, and no quotes.
            var zone = NamedZone(line);
            var parameters = zone is null ? line.Raw : $"{(line.Parameters.TryGetValue("VALUE", out var type) ? $";VALUE={type}" : "")};TZID={zone}";
            try
            {
                return [.. ExceptionDates.Parse($"EXDATE{parameters}:{line.Value}")];
            }
            catch (SeriesRuleException exception)
            {
                Wrong(line, exception.Message);
                return [];
            }
        }

        private IEnumerable<PortableReminder> Reminders(DateTimeOffset? due)
        {
            foreach (var line in todo.Components.Where(c => c.Name == "VALARM" && !IsWithoutTime(c)).Select(a => a.Find("TRIGGER")).OfType<CalendarLine>())
            {
                if (line.Has("VALUE", "DATE-TIME"))
                {
                    if (Time(line) is { } at)
                    {
                        yield return new PortableReminder { At = at };
                    }
                }
                else if (CalendarDuration.TryParse(line.Value) is not { } offset)
                {
                    Wrong(line, "A duration such as -PT30M, or with VALUE=DATE-TIME a time, is expected.");
                }
                else if (!line.Has("RELATED", "END") && _startLine is { } start && Time(start) is { } begin && begin != due)
                {
                    if (Later(line, start, begin, offset) is { } time)
                    {
                        yield return new PortableReminder { At = time };
                    }
                }
                else if (offset.MinutesBefore is { } minutes)
                {
                    yield return new PortableReminder { MinutesBeforeDue = minutes };
                }
                else if (due is { } end && Later(line, DueLine!, end, offset) is { } after)
                {
                    yield return new PortableReminder { At = after };
                }
            }
        }

        /// <summary>A reminder of the occurrence that the task is, rather than of the first.</summary>
        private PortableReminder Moved(PortableReminder reminder, DateTimeOffset? from, DateTimeOffset? to) =>
            reminder.At is { } at && from is { } first && to is { } own
            && WallClock.In(ZoneOf(DueLine!)).Moved(at, first, own) is { } moved
                ? new PortableReminder { At = moved }
                : reminder;

        /// <summary>Alarms at a place (RFC 9074 §8), and Apple's that is none, have a time in 1976 only because they must have one.</summary>
        private static bool IsWithoutTime(CalendarComponent alarm) =>
            alarm.Find("ACTION")?.Value.Trim().ToUpperInvariant() == "NONE" || (alarm.Find("PROXIMITY") ?? alarm.Find("X-APPLE-PROXIMITY")) is not null;

        /// <summary>A time in UTC. A day without a time begins at midnight; where neither says in which zone, it is that of the file.</summary>
        private DateTimeOffset? Time(CalendarLine? line)
        {
            if (line is null)
            {
                return null;
            }

            if (line.Parameters.ContainsKey("TZID") && NamedZone(line) is null)
            {
                Wrong(line, "TZID must be an IANA zone such as Europe/Berlin.");
                return null;
            }

            if (SeriesTimes.TryParse(line.Value.Trim()) is { } value
                && WallClock.In(value.IsUtc ? null : ZoneOf(line)).ToUtc(value.Value) is var time && Rfc3339Converter.IsInRange(time))
            {
                return time;
            }

            Wrong(line, "A date (20261231), a UTC time (20261231T090000Z) or, with TZID, a local time (20261231T090000) is expected, between 1970 and 9998 in UTC.");
            return null;
        }

        private static string? NamedZone(CalendarLine line) => CalendarZones.Find(line.Parameters.GetValueOrDefault("TZID"));

        private string? ZoneOf(CalendarLine line) => NamedZone(line) ?? (line.Value.TrimEnd().EndsWith('Z') ? null : defaultZone);

        private void Wrong(CalendarLine line, string message) => errors.Add($"line {line.Number}, {line.Name}", message);
    }
}
