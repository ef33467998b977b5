using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tags;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Data;
using TaskAspire.Data.Changes;

namespace TaskAspire.ApiService.Sync;

/// <summary>Changes in a row.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="End">The last of them, or where the reader stood when there is none.</param>
/// <param name="HasMore">Whether more follow.</param>
internal sealed record ChangePage(IReadOnlyList<SyncChange> Changes, SyncPoint End, bool HasMore);

/// <summary>
/// Reads the journal, with the state of what was changed, in one snapshot of the database: so a state is never older than the
/// changes it comes with.
/// </summary>
internal sealed class ChangeReader(TaskDbContext database, TaskReader tasks)
{
    /// <summary>The changes after a point; null when they cannot be told, because they were removed or the point is of another history.</summary>
    public Task<ChangePage?> ReadAsync(Guid userId, SyncPoint after, int limit, CancellationToken cancellationToken) =>
        database.InSnapshotAsync(async token =>
        {
            var counter = await FindCounterAsync(userId, token);
            if (after.Sequence < counter.Removed || after.Sequence > counter.Last)
            {
                return null;
            }

            // From the change that the client knows, to see that it is the same.
            var rows = await database.Changes.AsNoTracking().Where(c => c.UserId == userId && c.Sequence >= after.Sequence)
                .OrderBy(c => c.Sequence).Take(limit + 1).ToListAsync(token);
            if (rows is [var known, ..] && known.Sequence == after.Sequence)
            {
                if (after.At is { } at && at != known.OccurredAt)
                {
                    return null;
                }

                rows.RemoveAt(0);
            }

            rows = rows[..Math.Min(rows.Count, limit)];
            var end = rows is [.., var last] ? new SyncPoint(last.Sequence!.Value, last.OccurredAt) : after;
            return new ChangePage(await DescribeAsync(userId, rows, counter.Last, token), end, end.Sequence < counter.Last);
        }, cancellationToken);

    /// <summary>The newest change.</summary>
    public async Task<SyncPoint> FindEndAsync(Guid userId, CancellationToken cancellationToken)
    {
        var end = await (from c in database.ChangeCounters
                         where c.UserId == userId
                         join change in database.Changes on new { c.UserId, Sequence = (long?)c.Last } equals new { change.UserId, change.Sequence } into newest
                         from change in newest.DefaultIfEmpty()
                         select new { c.Last, At = (DateTimeOffset?)change.OccurredAt }).SingleOrDefaultAsync(cancellationToken);
        return end is null ? default : new SyncPoint(end.Last, end.At);
    }

    /// <summary>Whether the changes after a number can be told.</summary>
    public async Task<bool> HasAsync(Guid userId, long sequence, CancellationToken cancellationToken)
    {
        var counter = await FindCounterAsync(userId, cancellationToken);
        return sequence >= counter.Removed && sequence <= counter.Last;
    }

    private async Task<ChangeCounter> FindCounterAsync(Guid userId, CancellationToken cancellationToken) =>
        await database.ChangeCounters.AsNoTracking().SingleOrDefaultAsync(c => c.UserId == userId, cancellationToken) ?? new ChangeCounter();

    private async Task<List<SyncChange>> DescribeAsync(Guid userId, List<Change> rows, long asOf, CancellationToken cancellationToken)
    {
        var ids = rows.ToLookup(r => r.Entity, r => r.EntityId);
        var taskIds = ids[ChangeEntities.Task].Distinct().ToList();
        var categoryIds = ids[ChangeEntities.Category].Distinct().ToList();
        var tagIds = ids[ChangeEntities.Tag].Distinct().ToList();
        var taskStates = (await tasks.FindAllAsync(userId, taskIds, cancellationToken)).ToDictionary(t => t.Id);
        var categoryStates = categoryIds.Count == 0 ? [] : await database.Categories.AsNoTracking().Where(c => c.UserId == userId && categoryIds.Contains(c.Id))
            .ToDictionaryAsync(c => c.Id, CategoryResponse.From, cancellationToken);
        var tagStates = tagIds.Count == 0 ? [] : await database.Tags.AsNoTracking().Where(t => t.UserId == userId && tagIds.Contains(t.Id))
            .ToDictionaryAsync(t => t.Id, TagResponse.From, cancellationToken);
        return rows.ConvertAll(row => new SyncChange(
            row.Sequence,
            row.Entity,
            row.EntityId,
            row.Operation,
            row.OccurredAt,
            asOf,
            row.Fields is null ? null : JsonSerializer.Deserialize<Dictionary<string, FieldChange>>(row.Fields, ApiJson.Options),
            taskStates.GetValueOrDefault(row.EntityId),
            categoryStates.GetValueOrDefault(row.EntityId),
            tagStates.GetValueOrDefault(row.EntityId)));
    }
}
