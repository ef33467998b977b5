namespace TaskAspire.ApiService.Portability;

/// <summary>
/// Which tasks of a file are parts of which (RFC 5545 §3.8.4.5). The part can say it, the whole, or both; beside it they name siblings
/// and others, which a task has no field for.
/// </summary>
internal sealed class CalendarRelations
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _wholes = new(StringComparer.Ordinal);

    public CalendarRelations(IEnumerable<CalendarComponent> todos)
    {
        foreach (var todo in todos)
        {
            if (todo.Find("UID") is not { } uid)
            {
                continue;
            }

            var id = CalendarLines.UnescapeOne(uid.Value);
            _known.Add(id);
            foreach (var part in Related(todo, "CHILD"))
            {
                _wholes.TryAdd(part, id);
            }
        }
    }

    /// <summary>The UID of what a task is a part of. Null where that is not in the file: a relation may lead to another list, or to what was deleted.</summary>
    public string? ParentOf(CalendarComponent todo) =>
        Related(todo, "PARENT").FirstOrDefault(_known.Contains)
        ?? (todo.Find("UID") is { } uid ? _wholes.GetValueOrDefault(CalendarLines.UnescapeOne(uid.Value)) : null);

    private static IEnumerable<string> Related(CalendarComponent todo, string type) => todo.All("RELATED-TO")
        .Where(l => l.Parameters.GetValueOrDefault("RELTYPE", "PARENT").Equals(type, StringComparison.OrdinalIgnoreCase))
        .Select(l => CalendarLines.UnescapeOne(l.Value)).Where(uid => uid.Length > 0);
}
