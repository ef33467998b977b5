using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Paging;

namespace TaskAspire.ApiService.Sync;

/// <summary>From where a client wants to go on, and in what strides.</summary>
internal sealed class SyncQuery
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 500;

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    /// <summary>Null to begin.</summary>
    public SyncToken? Token { get; private set; }

    public int Limit { get; private set; } = DefaultLimit;

    /// <summary>What is wrong, by parameter; empty when all is well.</summary>
    public IDictionary<string, string[]> Errors => _errors;

    /// <summary>For minimal APIs: never fails, so that all errors come out at once and in our words.</summary>
    public static ValueTask<SyncQuery> BindAsync(HttpContext context)
    {
        var query = new SyncQuery();
        foreach (var (name, values) in context.Request.Query)
        {
            if (query.Take(name, values.ToString(), context.User.UserId()) is { } problem)
            {
                query._errors[name] = [problem];
            }
        }

        return ValueTask.FromResult(query);
    }

    private string? Take(string name, string value, Guid userId)
    {
        switch (name)
        {
            case "limit":
                Limit = PageQuery.TryParse(value, MaxLimit) ?? 0;
                return Limit > 0 ? null : PageQuery.Expected(MaxLimit);
            case "token":
                Token = SyncToken.TryParse(userId, value);
                return Token is not null ? null : "It is not a sync token of this user; send nextToken of the answer before, or none to begin.";
            default:
                return PageQuery.NoSuchParameter(name);
        }
    }
}
