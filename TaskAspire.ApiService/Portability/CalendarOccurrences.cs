namespace TaskAspire.ApiService.Portability;

/// <summary>
/// Which VTODOs of a file are single occurrences of a series that were changed or completed by themselves: they have the UID of the series, and the time of
/// the occurrence as RECURRENCE-ID (RFC 5545 §3.8.4.4). Each becomes a task of its own, and is left out of its series.
/// </summary>
internal sealed class CalendarOccurrences
{
    private readonly Dictionary<string, CalendarComponent> _series = new(StringComparer.Ordinal);
    private readonly ILookup<string, CalendarLine> _changed;

    public CalendarOccurrences(IReadOnlyCollection<CalendarComponent> todos)
    {
        // Where the series is not in the file, its first occurrence stands for it, so that what is a part of it has a whole.
        foreach (var todo in todos.Where(t => t.Find("UID") is not null).OrderBy(t => t.Find("RECURRENCE-ID") is not null))
        {
            _series.TryAdd(UidOf(todo), todo);
        }

        _changed = todos.Where(IsSingle).ToLookup(UidOf, t => t.Find("RECURRENCE-ID")!);
    }

    /// <summary>Whether it is an occurrence of another VTODO of the file, whose UID is then not its own.</summary>
    public bool IsSingle(CalendarComponent todo) =>
        todo.Find("RECURRENCE-ID") is not null && todo.Find("UID") is { } uid && !ReferenceEquals(_series[uid.Value], todo);

    /// <summary>The RECURRENCE-IDs of the occurrences of a series that are tasks of their own.</summary>
    public IEnumerable<CalendarLine> ChangedOf(CalendarComponent series) => series.Find("UID") is { } uid && !IsSingle(series) ? _changed[uid.Value] : [];

    private static string UidOf(CalendarComponent todo) => todo.Find("UID")!.Value;
}
