using System.Collections.ObjectModel;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// A list that a document has once. One that is too long ends the reading there: of what comes behind, a file may have millions, each in memory some
/// thirty times as large as in the file.
/// </summary>
public sealed class BoundedList<T> : Collection<T>
{
    private readonly ListBound? _bound;

    /// <summary>One without a bound.</summary>
    public BoundedList()
    {
    }

    internal BoundedList(ListBound bound) => _bound = bound;

    /// <inheritdoc />
    protected override void InsertItem(int index, T item)
    {
        if (_bound is { } bound && Count == bound.Most)
        {
            throw new ListTooLongException(bound);
        }

        base.InsertItem(index, item);
    }
}

/// <summary>How long a list of a document may be.</summary>
/// <param name="Most">Most items.</param>
/// <param name="Field">The key of the error when there are more.</param>
/// <param name="Problem">What is said then.</param>
internal sealed record ListBound(int Most, string Field, string Problem);

/// <summary>A list of a document is too long.</summary>
internal sealed class ListTooLongException(ListBound bound) : Exception(bound.Problem)
{
    public ListBound Bound => bound;
}
