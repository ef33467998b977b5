using System.Globalization;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>What is wrong with an import, by place and field, as far as it can be told in an answer.</summary>
internal sealed class ImportErrors
{
    /// <summary>In all, not per place: each of a hundred thousand tasks can have a few.</summary>
    private const int Most = 100;

    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);
    private int _told;
    private int _more;

    public bool Any => _errors.Count > 0;

    /// <summary>Whether there are more than can be told.</summary>
    public bool HasMore => _more > 0;

    public static string TooManyTasks(int most) => string.Create(CultureInfo.InvariantCulture, $"An import can have {most:N0} tasks; split it.");

    public void Add(string key, params string[] messages)
    {
        if (_told == Most)
        {
            _more++;
            return;
        }

        _told++;
        if (!_errors.TryGetValue(key, out var told))
        {
            _errors[key] = told = [];
        }

        told.AddRange(messages);
    }

    public IDictionary<string, string[]> ToDictionary()
    {
        var errors = _errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal);
        if (HasMore)
        {
            errors["$"] = [$"There are more errors, at least {_more}; correct these first."];
        }

        return errors;
    }
}

/// <summary>A task of an import.</summary>
/// <param name="Place">Where it stands, as an answer names it: <c>tasks[3].</c> or <c>line 7, </c>; the field comes after it.</param>
/// <param name="Task">The task.</param>
internal sealed record ImportItem(string Place, PortableTask Task);

/// <summary>What was read from an import.</summary>
internal sealed class ImportContent
{
    public List<PortableCategory> Categories { get; init; } = [];

    public List<string> Tags { get; init; } = [];

    public List<ImportItem> Items { get; init; } = [];

    public ImportErrors Errors { get; } = new();

    /// <summary>Each category by the first place that names it: those that are listed (they have the colours), then those of the tasks.</summary>
    public IEnumerable<(string Place, PortableCategory Category)> NamedCategories() => Categories.Select((c, i) => ($"categories[{i}].name", c))
        .Concat(Items.Where(i => i.Task.Category is not null).Select(i => (i.Place + "category", new PortableCategory { Name = i.Task.Category! })))
        .DistinctBy(c => NameKeys.Of(c.Item2.Name));
}
