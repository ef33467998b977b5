using System.Globalization;

namespace TaskAspire.ApiService.Paging;

/// <summary><c>page</c> and <c>limit</c> of a simple list.</summary>
internal sealed class PageQuery
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;
    public const int MaxPage = 1_000_000;

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    public int Page { get; private set; } = 1;

    public int Limit { get; private set; } = DefaultLimit;

    /// <summary>How many come before the page.</summary>
    public int Start => (Page - 1) * Limit;

    /// <summary>What is wrong, by parameter; empty when all is well.</summary>
    public IDictionary<string, string[]> Errors => _errors;

    /// <summary>For minimal APIs: never fails, so that all errors come out at once and in our words.</summary>
    public static ValueTask<PageQuery> BindAsync(HttpContext context)
    {
        var query = new PageQuery();
        foreach (var (name, values) in context.Request.Query)
        {
            switch (name)
            {
                case "page":
                    query.Page = query.Take(name, values.ToString(), MaxPage, 1);
                    break;
                case "limit":
                    query.Limit = query.Take(name, values.ToString(), MaxLimit, DefaultLimit);
                    break;
                default:
                    query._errors[name] = [NoSuchParameter(name)];
                    break;
            }
        }

        return ValueTask.FromResult(query);
    }

    /// <summary>A whole number from 1 to a maximum; null for anything else.</summary>
    public static int? TryParse(string value, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max ? number : null;

    public static string Expected(int max) => string.Create(CultureInfo.InvariantCulture, $"A whole number from 1 to {max} is expected.");

    /// <summary>For a parameter that does not exist. Names in answers are camelCase, so the message repeats how it was spelled.</summary>
    public static string NoSuchParameter(string name) => $"There is no parameter '{name}' (upper and lower case differ).";

    private int Take(string name, string value, int max, int fallback)
    {
        if (TryParse(value, max) is { } number)
        {
            return number;
        }

        _errors[name] = [Expected(max)];
        return fallback;
    }
}
