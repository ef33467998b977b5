using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// The order of a list, made total by the id, and where a page begins in it. Row-value comparison (<c>(a, b) &gt; (x, y)</c>) is
/// what lets PostgreSQL start reading the index right there. Tasks without due date come last ascending, first descending, as
/// the index has them.
/// </summary>
internal static class TaskOrder
{
    public static IQueryable<TaskItem> Apply(IQueryable<TaskItem> tasks, TaskListSort sort, TaskCursor? after)
    {
        if (after is not null)
        {
            tasks = tasks.Where(After(sort, after));
        }

        return sort.Key switch
        {
            TaskSortKey.DueDate => Order(tasks, t => t.DueDate, sort.Descending),
            TaskSortKey.Priority => Order(tasks, t => t.Priority, sort.Descending),
            TaskSortKey.UpdatedAt => Order(tasks, t => t.UpdatedAt, sort.Descending),
            TaskSortKey.Title => Order(tasks, t => t.Title, sort.Descending),
            _ => Order(tasks, t => t.CreatedAt, sort.Descending),
        };
    }

    private static IOrderedQueryable<TaskItem> Order<TKey>(IQueryable<TaskItem> tasks, Expression<Func<TaskItem, TKey>> key, bool descending) =>
        descending ? tasks.OrderByDescending(key).ThenByDescending(t => t.Id) : tasks.OrderBy(key).ThenBy(t => t.Id);

    private static Expression<Func<TaskItem, bool>> After(TaskListSort sort, TaskCursor after)
    {
        var id = after.Id;
        switch (sort.Key)
        {
            case TaskSortKey.DueDate:
                return AfterDueDate(after.Time, id, sort.Descending);
            case TaskSortKey.Priority:
                var priority = after.Priority;
                return sort.Descending
                    ? t => EF.Functions.LessThan(ValueTuple.Create(t.Priority, t.Id), ValueTuple.Create(priority, id))
                    : t => EF.Functions.GreaterThan(ValueTuple.Create(t.Priority, t.Id), ValueTuple.Create(priority, id));
            case TaskSortKey.Title:
                var title = after.Value!;
                return sort.Descending
                    ? t => EF.Functions.LessThan(ValueTuple.Create(t.Title, t.Id), ValueTuple.Create(title, id))
                    : t => EF.Functions.GreaterThan(ValueTuple.Create(t.Title, t.Id), ValueTuple.Create(title, id));
            case TaskSortKey.UpdatedAt:
                var updated = after.Time!.Value;
                return sort.Descending
                    ? t => EF.Functions.LessThan(ValueTuple.Create(t.UpdatedAt, t.Id), ValueTuple.Create(updated, id))
                    : t => EF.Functions.GreaterThan(ValueTuple.Create(t.UpdatedAt, t.Id), ValueTuple.Create(updated, id));
            default:
                var created = after.Time!.Value;
                return sort.Descending
                    ? t => EF.Functions.LessThan(ValueTuple.Create(t.CreatedAt, t.Id), ValueTuple.Create(created, id))
                    : t => EF.Functions.GreaterThan(ValueTuple.Create(t.CreatedAt, t.Id), ValueTuple.Create(created, id));
        }
    }

    private static Expression<Func<TaskItem, bool>> AfterDueDate(DateTimeOffset? due, Guid id, bool descending) => (due, descending) switch
    {
        (null, false) => t => t.DueDate == null && t.Id > id,
        (null, true) => t => t.DueDate != null || t.Id < id,
        (_, false) => t => t.DueDate > due || (t.DueDate == due && t.Id > id) || t.DueDate == null,
        (_, true) => t => t.DueDate < due || (t.DueDate == due && t.Id < id),
    };
}
