using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Paging;
using TaskAspire.Data;
using TaskAspire.Data.Changes;

namespace TaskAspire.ApiService.Tasks.History;

internal static class HistoryEndpoints
{
    public static void MapHistory(RouteGroupBuilder read) =>
        read.MapGet("/{id:guid}/history", ListAsync).WithName("getTaskHistory").WithSummary("Read what happened to a task")
            .WithDescription("Newest first; of a task in the trash, too. It goes with the task when that is removed for good.")
            .DescribeCursorPaging().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<HistoryResponse>, ProblemHttpResult>> ListAsync(
        Guid id, CursorQuery<long> query, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        if (query.Errors.Count > 0)
        {
            return Problems.Validation(query.Errors);
        }

        var userId = user.UserId();
        if (!await database.Tasks.AnyAsync(t => t.Id == id && t.UserId == userId, cancellationToken))
        {
            return Problems.NotFound("task");
        }

        var before = query.Cursor ?? long.MaxValue;
        // One more than asked for tells whether more follow.
        var changes = await database.Changes.AsNoTracking()
            .Where(c => c.EntityId == id && c.UserId == userId && c.Entity == ChangeEntities.Task && c.Id < before)
            .OrderByDescending(c => c.Id).Take(query.Limit + 1).ToListAsync(cancellationToken);
        var more = changes.Count > query.Limit;
        if (more)
        {
            changes.RemoveAt(query.Limit);
        }

        return TypedResults.Ok(new HistoryResponse(
            changes.ConvertAll(EntryOf), query.Limit, more ? changes[^1].Id.ToString(System.Globalization.CultureInfo.InvariantCulture) : null));
    }

    private static HistoryEntry EntryOf(Change change) => new(
        change.Id,
        change.Operation,
        change.OccurredAt,
        new HistoryActor(change.Actor, change.ActorId),
        change.Fields is { } fields ? JsonSerializer.Deserialize<Dictionary<string, FieldChange>>(fields, ApiJson.Options) : null);
}
