using System.Globalization;

namespace TaskAspire.ApiService.Paging;

/// <summary><c>limit</c> and <c>cursor</c> of a list that is read on from where the page before ended.</summary>
/// <typeparam name="T">What a cursor says.</typeparam>
internal sealed class CursorQuery<T>
    where T : struct, IParsable<T>
{
    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    public int Limit { get; private set; } = PageQuery.DefaultLimit;

    /// <summary>Where the page before ended; null for the first page.</summary>
    public T? Cursor { get; private set; }

    /// <summary>What is wrong, by parameter; empty when all is well.</summary>
    public IDictionary<string, string[]> Errors => _errors;

    /// <summary>For minimal APIs: never fails, so that all errors come out at once and in our words.</summary>
    public static ValueTask<CursorQuery<T>> BindAsync(HttpContext context)
    {
        var query = new CursorQuery<T>();
        foreach (var (name, values) in context.Request.Query)
        {
            if (query.Take(name, values.ToString()) is { } problem)
            {
                query._errors[name] = [problem];
            }
        }

        return ValueTask.FromResult(query);
    }

    private string? Take(string name, string value)
    {
        switch (name)
        {
            case "limit":
                Limit = PageQuery.TryParse(value, PageQuery.MaxLimit) ?? 0;
                return Limit > 0 ? null : PageQuery.Expected(PageQuery.MaxLimit);
            case "cursor":
                Cursor = T.TryParse(value, CultureInfo.InvariantCulture, out var cursor) ? cursor : null;
                return Cursor is not null ? null : "It is not a cursor of this API; send nextCursor of the page before.";
            default:
                return PageQuery.NoSuchParameter(name);
        }
    }
}
