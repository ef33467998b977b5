using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Tags;
using TaskAspire.ApiService.Tasks;

namespace TaskAspire.ApiService.Sync;

/// <summary>
/// One change, or one thing that is there (<c>snapshot</c>). <c>task</c>, <c>category</c> or <c>tag</c> is the state of it when it is read, not when the
/// change was made: apply the entries in order, and put what the entry has in the place of what you have; null means to remove it.
/// </summary>
/// <param name="Sequence">The user's changes are numbered 1, 2, 3, … in the order in which they were committed; null in a snapshot.</param>
/// <param name="Entity"><c>task</c>, <c>category</c> or <c>tag</c>.</param>
/// <param name="Id">The id of it.</param>
/// <param name="Operation"><c>snapshot</c>, <c>created</c>, <c>updated</c>, <c>completed</c>, <c>reopened</c>, <c>deleted</c>, <c>restored</c>, <c>purged</c>.</param>
/// <param name="At">When it was changed, UTC.</param>
/// <param name="AsOf">The number of the user's newest change when the state was read: the names on a task are those after it.</param>
/// <param name="Fields">What was changed; null where the operation says it all.</param>
/// <param name="Task">The task; null when it is in the trash or gone, or the entry is about something else.</param>
/// <param name="Category">The category; null when it is gone, or the entry is about something else.</param>
/// <param name="Tag">The tag; null when it is gone, or the entry is about something else. A new name is that of the tag on all tasks that carry it: apply it to those whose asOf is below the sequence.</param>
public sealed record SyncChange(
    long? Sequence,
    string Entity,
    Guid Id,
    string Operation,
    DateTimeOffset At,
    long AsOf,
    IReadOnlyDictionary<string, FieldChange>? Fields,
    TaskResponse? Task,
    CategoryResponse? Category,
    TagResponse? Tag);

/// <summary>A page of what a client does not have yet.</summary>
/// <param name="Changes">What to apply, in this order.</param>
/// <param name="Snapshot">Whether these are things as they are, for a client that begins, and not changes.</param>
/// <param name="Sequence">The number up to which the client knows all changes when it has applied the snapshot, or this page: what <c>Last-Event-ID</c> of <c>GET /events</c> goes on from.</param>
/// <param name="NextToken">What to send as <c>token</c> next time, at once when there is more.</param>
/// <param name="HasMore">Whether more is there already.</param>
public sealed record SyncResponse(IReadOnlyList<SyncChange> Changes, bool Snapshot, long Sequence, string NextToken, bool HasMore);
