using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Changes;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tags;

/// <summary>Writes tags, each write with its change in the same transaction.</summary>
internal sealed class TagWriter(TaskDbContext database, ChangeJournal changes, LabelDeletion deletion, WriteTransaction transaction, TimeProvider clock)
{
    public Task<WriteResult<TagResponse>> CreateAsync(Guid userId, TagRequest request, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        return transaction.RunAsync(
            userId,
            async token =>
            {
                var now = clock.Now();
                var tag = new Tag { Id = id, UserId = userId, Name = request.Name.Trim(), NameKey = NameKeys.Of(request.Name), CreatedAt = now };
                database.Tags.Add(tag);
                changes.Record(userId, ChangeEntities.Tag, id, ChangeOperations.Created, null, now);
                return await SaveAsync(tag, token);
            },
            cancellationToken);
    }

    /// <summary>Renames a tag. A new name shows in the user's task lists, but changes no task.</summary>
    public Task<WriteResult<TagResponse>> RenameAsync(Guid userId, Guid id, StringValues ifMatch, TagRequest request, CancellationToken cancellationToken)
    {
        var name = request.Name.Trim();
        return transaction.RunAsync<WriteResult<TagResponse>>(
            userId,
            async token =>
            {
                if (await LockAsync(userId, id, token) is not { } tag)
                {
                    return Problems.NotFound("tag");
                }

                var before = TagResponse.From(tag);
                if (!EntityTags.Allow(ifMatch, EntityTags.Of(before)))
                {
                    return Problems.PreconditionFailed();
                }

                tag.Name = name;
                tag.NameKey = NameKeys.Of(name);
                var difference = FieldChanges.Between(before, TagResponse.From(tag), []);
                if (difference.Count == 0)
                {
                    return before;
                }

                changes.Record(userId, ChangeEntities.Tag, id, ChangeOperations.Updated, difference, clock.Now());
                return await SaveAsync(tag, token);
            },
            cancellationToken);
    }

    public Task<ProblemHttpResult?> DeleteAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken)
    {
        return transaction.RunAsync(
            userId,
            async token =>
            {
                if (await LockAsync(userId, id, token) is not { } tag)
                {
                    return Problems.NotFound("tag");
                }

                if (!EntityTags.Allow(ifMatch, EntityTags.Of(TagResponse.From(tag))))
                {
                    return Problems.PreconditionFailed();
                }

                var now = clock.Now();
                await deletion.DeleteAsync(tag, now, token);
                changes.Record(userId, ChangeEntities.Tag, id, ChangeOperations.Deleted, null, now);
                await database.SaveChangesAsync(token);
                return null;
            },
            cancellationToken);
    }

    // Not FOR UPDATE: tasks may be given it meanwhile.
    private Task<Tag?> LockAsync(Guid userId, Guid id, CancellationToken cancellationToken) => database.Tags
        .FromSql($"SELECT * FROM tags WHERE id = {id} AND user_id = {userId} FOR NO KEY UPDATE").SingleOrDefaultAsync(cancellationToken);

    private async Task<WriteResult<TagResponse>> SaveAsync(Tag tag, CancellationToken cancellationToken) =>
        await database.TrySaveAsync([ConstraintNames.TagName], cancellationToken)
            ? TagResponse.From(tag)
            : Problems.Conflict("name", "There is a tag with this name already (upper and lower case are equal).");
}
