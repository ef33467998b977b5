using System.Collections.ObjectModel;
using TaskAspire.ApiService.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// As much of a list as shows that it is too long: one more than there may be. What comes behind is not kept, of which a file may have millions, each in
/// memory some twenty times as large as in the file.
/// </summary>
/// <param name="limit">Most that there may be.</param>
public abstract class ListHead<T>(int limit) : Collection<T>
{
    /// <inheritdoc />
    protected override void InsertItem(int index, T item)
    {
        if (Count <= limit)
        {
            base.InsertItem(index, item);
        }
    }
}

/// <summary>The tags of a task.</summary>
public sealed class TagsHead() : ListHead<string>(TaskRequest.MaxTags);

/// <summary>The reminders of a task.</summary>
public sealed class RemindersHead() : ListHead<PortableReminder>(TaskRequest.MaxReminders);
