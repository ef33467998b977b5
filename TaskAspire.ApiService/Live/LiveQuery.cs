using System.Globalization;
using TaskAspire.ApiService.Paging;

namespace TaskAspire.ApiService.Live;

/// <summary>From where a stream goes on.</summary>
internal sealed class LiveQuery
{
    private const string Header = "Last-Event-ID";
    private const string Parameter = "lastEventId";

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    /// <summary>The number of the last change that the client knows; null to begin with what happens from now on.</summary>
    public long? After { get; private set; }

    /// <summary>What is wrong, by parameter; empty when all is well.</summary>
    public IDictionary<string, string[]> Errors => _errors;

    /// <summary>For minimal APIs: never fails, so that all errors come out at once and in our words.</summary>
    public static ValueTask<LiveQuery> BindAsync(HttpContext context)
    {
        var query = new LiveQuery();
        foreach (var (name, values) in context.Request.Query)
        {
            if (name == Parameter)
            {
                query.Take(values.ToString());
            }
            else
            {
                query._errors[name] = [PageQuery.NoSuchParameter(name)];
            }
        }

        // An EventSource that connects again sends the header, and the address as it was the first time.
        if (context.Request.Headers.TryGetValue(Header, out var last))
        {
            query.Take(last.ToString());
        }

        return ValueTask.FromResult(query);
    }

    private void Take(string value)
    {
        _errors.Remove(Parameter);
        // An EventSource that has not got an id yet sends an empty one.
        After = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (After is null && value.Length > 0)
        {
            _errors[Parameter] = ["The id of an event of this stream, which is a whole number, is expected."];
        }
    }
}
