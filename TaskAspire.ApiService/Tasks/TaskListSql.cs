using System.Globalization;
using Npgsql;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// The statements of a list. Where tasks may be passed over, the ids of the page are found first, for which the columns of an index are enough,
/// and only those tasks are read (docs/adr/0010-lists-are-walked.md).
/// </summary>
internal static class TaskListSql
{
    /// <summary>
    /// Most hits of a search that are sorted. With more, the tasks are gone through in their order until a page is full, which so
    /// many hits fill soon. It also bounds what is counted unasked.
    /// </summary>
    public const int MaxSortedHits = 5_000;

    /// <summary>
    /// Tasks that are looked at one by one, in their order, before the tasks of a tag or the hits of a search are gathered: of a tag or word that is on
    /// one task in twenty, a page is mostly found among them, which takes 2 ms where gathering takes up to 30.
    /// </summary>
    private const int LookedAtFirst = 500;

    /// <summary>
    /// For the transaction of the batch alone: which way is best depends on the values (a tag on three tasks or on half of them), so a plan
    /// made for any of them will not do; and a user with most of the tasks must not be read by reading everybody's.
    /// </summary>
    private const string Settings = """
        SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
            set_config('enable_bitmapscan', $1, true)
        """;

    /// <summary>
    /// Whether the values decide which way is best. Without a filter there is one way, the index of the order, and PostgreSQL need not look
    /// for it again: planning took twice as long as reading a page of 20 tasks (bench/results).
    /// </summary>
    public static bool NeedsPlanOfItsOwn(TaskListQuery query) => query is not
    {
        Status: [], Priority: [], Categories: [], NoCategory: false, ParentId: null, TopLevel: false, Tags: [], NeedsDueDate: false, HasDueDate: null,
        Overdue: null, Search: null,
    };

    /// <summary>
    /// What goes before lists that do not need plans of their own: by itself, PostgreSQL would go on making them where the values promise a few rows less than
    /// the average user has, and planning takes longer than the page.
    /// </summary>
    public static NpgsqlBatchCommand SetCommonPlan() => new("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)");

    /// <summary>What goes before <see cref="Page"/> and <see cref="Count"/> in their batch where the query <see cref="NeedsPlanOfItsOwn"/>.</summary>
    public static NpgsqlBatchCommand Set(TaskListQuery query)
    {
        var parameters = new SqlParameters();
        // Only the search needs bitmaps. The user is in its index, too, which would look like a cheap way to all their tasks: but from there
        // each has to be fetched.
        parameters.Add(query.Search is { HasIndexedTerm: true } ? "on" : "off");
        return parameters.Command(Settings);
    }

    /// <summary>A page, and one task more, which tells whether others follow.</summary>
    /// <param name="userId">Whose tasks.</param>
    /// <param name="query">Which.</param>
    /// <param name="now">When.</param>
    /// <param name="isCounted">Whether the tasks on all pages are counted.</param>
    public static NpgsqlBatchCommand Page(Guid userId, TaskListQuery query, DateTimeOffset now, bool isCounted)
    {
        var parameters = new SqlParameters();
        var filter = new TaskFilter(userId, query, now, parameters);
        var order = TaskOrder.Of(query.Sort, query.Search, parameters);
        var limit = new Slice(query.Limit + 1, query.Cursor is null && query.Page > 1 ? parameters.Add(query.Start) : null);
        if (limit.Offset is null && query.Sort.Key != TaskSortKey.DueDate && !NeedsPlanOfItsOwn(query))
        {
            // Nothing is passed over: the first tasks of the index are the page, and need not be looked up by their ids.
            return parameters.Command($"""
                WITH page AS (
                {Walk(query, order, filter.ByWalk, limit, parameters, "t.*")}
                )
                SELECT {TaskRow.Columns}, NULL::int, {(isCounted ? Counted(query, filter) : "NULL::bigint")}
                FROM page t {TaskRow.Joins}
                ORDER BY {order.ByIndex}
                """);
        }

        var (before, page) = query.Sort.Key == TaskSortKey.Relevance ? ("", Ranked(query, filter, order, limit, parameters))
            : limit.Offset is null && filter.OfOne is { } fits ? Near(query, filter, fits, order, limit, parameters)
            : Far(query, filter, order, limit, "", parameters);
        var rank = query.Sort.Key == TaskSortKey.Relevance ? "p.key" : "NULL::int";
        return parameters.Command($"""
            WITH {before}page AS MATERIALIZED (
            {page}
            )
            SELECT {TaskRow.Columns}, {rank}, {(isCounted ? Total(query, filter) : "NULL::bigint")}
            FROM page p JOIN tasks t ON t.id = p.id {TaskRow.Joins}
            ORDER BY {order.By("p")}
            """);
    }

    /// <summary>The total by itself, for a page that is empty and so has no row to carry it.</summary>
    public static NpgsqlBatchCommand Count(Guid userId, TaskListQuery query, DateTimeOffset now)
    {
        var parameters = new SqlParameters();
        return parameters.Command($"SELECT {Counted(query, new TaskFilter(userId, query, now, parameters))}");
    }

    /// <summary>A last page tells the total by itself, so PostgreSQL counts only when others follow.</summary>
    private static string Total(TaskListQuery query, TaskFilter filter) => query.Cursor is null
        ? $"CASE WHEN (SELECT count(*) FROM page) > {Number(query.Limit)} THEN {Counted(query, filter)} END"
        : Counted(query, filter);

    /// <summary>Unless it was asked for, a search is counted up to <see cref="MaxSortedHits"/> and one more.</summary>
    private static string Counted(TaskListQuery query, TaskFilter filter) => query.IsCountBounded
        ? $"(SELECT count(*) FROM (SELECT FROM tasks t WHERE {filter.ByIndex} LIMIT {Number(MaxSortedHits + 1)}) few)"
        : $"(SELECT count(*) FROM tasks t WHERE {filter.ByIndex})";

    /// <summary>All hits are ranked, since the best may be anywhere; only a page of them is kept.</summary>
    private static string Ranked(TaskListQuery query, TaskFilter filter, TaskOrder order, Slice slice, SqlParameters parameters)
    {
        var after = query.Cursor is null ? "" : $"WHERE {order.After("r", query.Cursor, parameters)}";
        return $"""
            SELECT r.id, r.key, r.created_at FROM (SELECT t.id, {order.Key} AS key, t.created_at FROM tasks t WHERE {filter.ByIndex}) r {after}
            ORDER BY {order.By("r")} {slice}
            """;
    }

    /// <summary>What is before the page and the page, when tasks have to be asked one by one: in the first ones of their order, else by <see cref="Far"/>.</summary>
    private static (string Before, string Page) Near(TaskListQuery query, TaskFilter filter, string fits, TaskOrder order, Slice slice, SqlParameters parameters)
    {
        var near = $"""
            near AS MATERIALIZED (
                SELECT w.id, w.key FROM (
                    {Walk(query, order, filter.ByColumns, new Slice(LookedAtFirst, null), parameters, $"{Place(order)}, {fits} AS fits")}
                ) w WHERE w.fits ORDER BY {order.By("w")} {slice}
            ),

            """;
        var (before, page) = Far(query, filter, order, slice, $"(SELECT count(*) FROM near) < {slice.End} AND ", parameters);
        return (near + before, $"""
            SELECT n.id, n.key FROM near n WHERE (SELECT count(*) FROM near) = {slice.End}
            UNION ALL
            ({page})
            """);
    }

    /// <summary>The same wherever the tasks lie.</summary>
    private static (string Before, string Page) Far(TaskListQuery query, TaskFilter filter, TaskOrder order, Slice slice, string condition, SqlParameters parameters)
    {
        if (query.Search is not { HasIndexedTerm: true })
        {
            return ("", Walk(query, order, condition + filter.ByWalk, slice, parameters, Place(order)));
        }

        var hits = $"""
            hits AS MATERIALIZED (
                SELECT t.id, {order.Key} AS key FROM tasks t WHERE {condition}{filter.ByIndex} LIMIT {Number(MaxSortedHits + 1)}
            ),

            """;
        return (hits, $"""
            ({Few(query, order, slice, parameters)})
            UNION ALL
            ({Walk(query, order, $"(SELECT count(*) FROM hits) > {Number(MaxSortedHits)} AND {filter.ByWalk}", slice, parameters, Place(order))})
            """);
    }

    private static string Few(TaskListQuery query, TaskOrder order, Slice slice, SqlParameters parameters)
    {
        var after = query.Cursor is null ? "" : $" AND {order.After("h", query.Cursor, parameters)}";
        return $"""
            SELECT h.id, h.key FROM hits h WHERE (SELECT count(*) FROM hits) <= {Number(MaxSortedHits)}{after}
            ORDER BY {order.By("h")} {slice}
            """;
    }

    /// <summary>Goes through the index of the order and stops when the page is full.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="order">Its order.</param>
    /// <param name="conditions">On <c>tasks t</c>.</param>
    /// <param name="slice">The page.</param>
    /// <param name="parameters">Takes the values.</param>
    /// <param name="columns">What is to be told of each task.</param>
    private static string Walk(TaskListQuery query, TaskOrder order, string conditions, Slice slice, SqlParameters parameters, string columns)
    {
        if (query.Sort.Key != TaskSortKey.DueDate)
        {
            var after = query.Cursor is null ? "" : $" AND {order.After(query.Cursor, parameters)}";
            return Part(order, conditions + after, slice.ToString(), columns);
        }

        // Those without a due date are a part of their own: the index has them at the end, and so first when it is read backwards.
        var parts = new List<string>();
        if (query.Cursor is not { Value: null } && query.HasDueDate is not false)
        {
            parts.Add(query.Cursor is null ? "t.due_date IS NOT NULL" : order.After(query.Cursor, parameters));
        }

        if (!query.NeedsDueDate)
        {
            parts.Add(query.Cursor is { Value: null } ? order.After(query.Cursor, parameters) : "t.due_date IS NULL");
        }

        return parts switch
        {
            [] => Part(order, $"{conditions} AND false", slice.ToString(), columns),
            [var only] => Part(order, $"{conditions} AND {only}", slice.ToString(), columns),
            // The second part is not even begun when the first one fills the page.
            [var dated, var undated, ..] => $"""
                WITH dated AS MATERIALIZED ({Part(order, $"{conditions} AND {dated}", slice.FromStart, columns)})
                SELECT s.* FROM (
                    SELECT d.* FROM dated d
                    UNION ALL
                    ({Part(order, $"{conditions} AND {undated} AND (SELECT count(*) FROM dated) < {slice.End}", slice.FromStart, columns)})
                ) s ORDER BY {order.By("s")} {slice}
                """,
        };
    }

    private static string Part(TaskOrder order, string conditions, string slice, string columns) =>
        $"SELECT {columns} FROM tasks t WHERE {conditions} ORDER BY {order.ByIndex} {slice}";

    /// <summary>Which task it is, and where in the order.</summary>
    private static string Place(TaskOrder order) => $"t.id, {order.Key} AS key";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of rows is part of the text, so that PostgreSQL always knows how few they are.</summary>
    private readonly record struct Slice(int Limit, string? Offset)
    {
        /// <summary>All rows up to the end of this one.</summary>
        public string FromStart => $"LIMIT {End}";

        /// <summary>The number of its last row.</summary>
        public string End => Offset is null ? Number(Limit) : $"{Number(Limit)} + {Offset}";

        public override string ToString() => Offset is null ? $"LIMIT {Number(Limit)}" : $"LIMIT {Number(Limit)} OFFSET {Offset}";
    }
}
