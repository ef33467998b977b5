using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.Tags;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Data;
using TaskAspire.Data.Changes;

namespace TaskAspire.ApiService.Sync;

/// <summary>
/// Reads all that a user has, page by page, for a client that begins. Each page is of its own time, but the token says from the first
/// on which changes were there when that was read: what is changed while the client reads on comes (again) as a change.
/// </summary>
internal sealed class SnapshotReader(TaskDbContext database, TaskReader tasks, ChangeReader changes)
{
    private const string Operation = "snapshot";

    public Task<SyncResponse> ReadAsync(Guid userId, SyncToken? token, int limit, CancellationToken cancellationToken) =>
        database.InSnapshotAsync(async cancel =>
        {
            var end = await changes.FindEndAsync(userId, cancel);
            var next = token ?? new SyncToken(SyncStage.Categories, end, Guid.Empty);
            var entries = new List<SyncChange>();
            while (entries.Count < limit && next.Stage < SyncStage.Changes)
            {
                var wanted = limit - entries.Count;
                var read = await ReadStageAsync(userId, next, wanted, end.Sequence, cancel);
                entries.AddRange(read);
                next = read.Count < wanted
                    ? next with { Stage = next.Stage + 1, After = Guid.Empty }
                    : next with { After = read[^1].Id };
            }

            var hasMore = next.Stage < SyncStage.Changes || next.Point.Sequence < end.Sequence;
            return new SyncResponse(entries, true, next.Point.Sequence, next.ToString(userId), hasMore);
        }, cancellationToken);

    private async Task<List<SyncChange>> ReadStageAsync(Guid userId, SyncToken position, int limit, long asOf, CancellationToken cancellationToken)
    {
        var after = position.After;
        switch (position.Stage)
        {
            case SyncStage.Categories:
                var categories = await database.Categories.AsNoTracking().Where(c => c.UserId == userId && c.Id > after)
                    .OrderBy(c => c.Id).Take(limit).ToListAsync(cancellationToken);
                return categories.ConvertAll(c => Entry(ChangeEntities.Category, c.Id, c.UpdatedAt, asOf) with { Category = CategoryResponse.From(c) });
            case SyncStage.Tags:
                var tags = await database.Tags.AsNoTracking().Where(t => t.UserId == userId && t.Id > after)
                    .OrderBy(t => t.Id).Take(limit).ToListAsync(cancellationToken);
                return tags.ConvertAll(t => Entry(ChangeEntities.Tag, t.Id, t.CreatedAt, asOf) with { Tag = TagResponse.From(t) });
            default:
                // The first column of the order is the same in all, and there for the index (ix_tasks_trash).
                var page = await tasks.ReadAsync(
                    database.Tasks.Where(t => t.UserId == userId && t.DeletedAt == null && t.Id > after).OrderBy(t => t.DeletedAt).ThenBy(t => t.Id).Take(limit),
                    cancellationToken);
                return page.ConvertAll(t => Entry(ChangeEntities.Task, t.Id, t.UpdatedAt, asOf) with { Task = t });
        }
    }

    private static SyncChange Entry(string entity, Guid id, DateTimeOffset at, long asOf) => new(null, entity, id, Operation, at, asOf, null, null, null, null);
}
