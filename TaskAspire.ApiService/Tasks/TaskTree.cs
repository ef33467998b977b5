using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>What is below a task, and what may be. All of it under the user's tree lock (<see cref="TaskLocks.LockTreeAsync"/>).</summary>
/// <remarks>
/// Each step down asks for the parts of one task at a time, by the index of parents (<c>LATERAL</c>, which <c>OFFSET 0</c> keeps apart). As a join, PostgreSQL
/// goes through everybody's tasks while it has no statistics, as in a database that was just filled or restored: 22 ms rather than 7 for each of a thousand subtasks, beside 100,000 tasks of others.
/// </remarks>
internal sealed class TaskTree(TaskDbContext database, TaskLocks locks)
{
    /// <summary>Most levels of tasks, the top one included.</summary>
    public const int MaxLevels = 5;

    /// <summary>Most tasks in a tree, the top one included: what is completed, deleted or restored at once stays one short transaction.</summary>
    public const int MaxTasks = 1000;

    public const string NoSuchParent = "There is no task with this id that is not in the trash.";

    /// <summary>
    /// Locks the subtasks, at any depth, that share the task's state: of a live task the live ones, of a task in the trash those that
    /// went there in the same deletion.
    /// </summary>
    public async Task<List<TaskItem>> LockBelowAsync(TaskItem task, CancellationToken cancellationToken)
    {
        locks.RequireTree();
        var ids = await database.Database.SqlQuery<Guid>($"""
            WITH RECURSIVE below (id) AS (
                SELECT id FROM tasks WHERE parent_id = {task.Id} AND deleted_with_id IS NOT DISTINCT FROM {task.DeletedWithId}
                UNION
                SELECT t.id FROM below b CROSS JOIN LATERAL (SELECT id, deleted_with_id FROM tasks WHERE parent_id = b.id OFFSET 0) t
                WHERE t.deleted_with_id IS NOT DISTINCT FROM {task.DeletedWithId}
            )
            SELECT id AS "Value" FROM below
            """).ToListAsync(cancellationToken);
        return await locks.LockAllAsync(task.UserId, ids, cancellationToken);
    }

    /// <summary>The tasks and all their subtasks, at any depth, in the trash or not.</summary>
    public Task<List<Guid>> FindWholeAsync(IReadOnlyCollection<Guid> tops, CancellationToken cancellationToken)
    {
        locks.RequireTree();
        return database.Database.SqlQuery<Guid>($"""
            WITH RECURSIVE whole (id) AS (
                SELECT unnest({tops.ToArray()})
                UNION
                SELECT t.id FROM whole w CROSS JOIN LATERAL (SELECT id FROM tasks WHERE parent_id = w.id OFFSET 0) t
            )
            SELECT id AS "Value" FROM whole
            """).ToListAsync(cancellationToken);
    }

    /// <summary>Why the task, with what is below it, cannot become a part of the other one; null when it can.</summary>
    public async Task<string?> FindObstacleAsync(TaskItem task, Guid parentId, CancellationToken cancellationToken)
    {
        locks.RequireTree();
        var facts = await database.Database.SqlQuery<Facts>($"""
            WITH RECURSIVE above (id, parent_id) AS (
                SELECT id, parent_id FROM tasks WHERE id = {parentId} AND user_id = {task.UserId} AND deleted_at IS NULL
                UNION
                SELECT t.id, t.parent_id FROM tasks t JOIN above a ON t.id = a.parent_id
            ),
            below (id, level) AS (
                SELECT {task.Id}, 1
                UNION
                SELECT t.id, b.level + 1 FROM below b CROSS JOIN LATERAL (SELECT id, deleted_with_id FROM tasks WHERE parent_id = b.id OFFSET 0) t
                WHERE t.deleted_with_id IS NOT DISTINCT FROM {task.DeletedWithId}
            ),
            whole (id) AS (
                SELECT id FROM above WHERE parent_id IS NULL
                UNION
                SELECT t.id FROM whole w CROSS JOIN LATERAL (SELECT id, deleted_at FROM tasks WHERE parent_id = w.id OFFSET 0) t WHERE t.deleted_at IS NULL
            )
            SELECT
                (SELECT count(*)::int FROM above) AS levels_above,
                (SELECT max(level) FROM below) AS levels_below,
                EXISTS (SELECT FROM above WHERE id = {task.Id}) AS circle,
                (SELECT count(*)::int FROM (SELECT id FROM whole UNION SELECT id FROM below) tree) AS tasks
            """).SingleAsync(cancellationToken);
        return facts switch
        {
            { LevelsAbove: 0 } => NoSuchParent,
            { Circle: true } => "This would make a circle: a task cannot be a part of itself or of one of its own subtasks.",
            { Levels: > MaxLevels } => $"There can be {MaxLevels} levels of tasks; this would make {facts.Levels}.",
            { Tasks: > MaxTasks } => $"There can be {MaxTasks - 1} subtasks, at all levels together, below a task at the top; this would make {facts.Tasks - 1}.",
            _ => null,
        };
    }

    private sealed record Facts(int LevelsAbove, int LevelsBelow, bool Circle, int Tasks)
    {
        public int Levels => LevelsAbove + LevelsBelow;
    }
}
