using System.Text.RegularExpressions;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>What a metric says about a statement. A rough reading.</summary>
/// <param name="QueryType"><c>select</c>, <c>insert</c>, <c>update</c>, <c>delete</c> or <c>other</c>; for a batch, that of its first.</param>
/// <param name="Table">The first table it reads or writes, without schema; <c>none</c> when there is none.</param>
internal sealed partial record SqlStatement(string QueryType, string Table)
{
    private const string None = "none";
    private const string Other = "other";

    public static SqlStatement Parse(string sql)
    {
        var text = CommentsAndStrings().Replace(sql, " ");
        var first = Word().Match(text).Value.ToLowerInvariant();
        var queryType = first switch
        {
            "select" or "insert" or "update" or "delete" => first,
            "with" => MainOfWith(text),
            _ => Other,
        };
        return new SqlStatement(queryType, queryType == Other ? None : TableOf(text, queryType));
    }

    // A write wins over the select that returns its rows: WITH done AS (UPDATE …) SELECT ….
    private static string MainOfWith(string text)
    {
        string? main = null;
        foreach (Match match in Verb().Matches(text))
        {
            var verb = match.Groups["verb"].Value.ToLowerInvariant();
            if (verb != "select")
            {
                return verb;
            }

            main ??= verb;
        }

        return main ?? Other;
    }

    private static string TableOf(string text, string queryType)
    {
        var expressions = CommonTableExpression().Matches(text).Select(Name).ToHashSet(StringComparer.Ordinal);
        var targets = queryType switch
        {
            "insert" => InsertTarget(),
            "update" => UpdateTarget(),
            "delete" => DeleteTarget(),
            _ => SelectTarget(),
        };
        return targets.Matches(text).Select(Name).FirstOrDefault(name => !expressions.Contains(name)) ?? None;
    }

    private static string Name(Match match) => match.Groups["name"].Value.Trim('"').ToLowerInvariant();

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex CommentsAndStrings();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    // Not the UPDATE of FOR [NO KEY] UPDATE, nor of ON CONFLICT DO UPDATE.
    [GeneratedRegex(@"(?<!\b(?:FOR|KEY|DO)\s+)\b(?<verb>SELECT|INSERT|UPDATE|DELETE)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Verb();

    [GeneratedRegex("""(?:\bWITH(?:\s+RECURSIVE)?|,)\s+(?<name>"[^"]+"|\w+)\s*(?:\([^)]*\)\s*)?AS\s+(?:(?:NOT\s+)?MATERIALIZED\s*)?\(""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CommonTableExpression();

    [GeneratedRegex("""\bINSERT\s+INTO\s+(?:(?:"[^"]+"|\w+)\s*\.\s*)?(?<name>"[^"]+"|\w+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InsertTarget();

    [GeneratedRegex("""(?<!\b(?:FOR|KEY|DO)\s+)\bUPDATE\s+(?:ONLY\s+)?(?:(?:"[^"]+"|\w+)\s*\.\s*)?(?<name>"[^"]+"|\w+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UpdateTarget();

    [GeneratedRegex("""\bDELETE\s+FROM\s+(?:ONLY\s+)?(?:(?:"[^"]+"|\w+)\s*\.\s*)?(?<name>"[^"]+"|\w+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DeleteTarget();

    // Not a function that makes rows: FROM unnest(…).
    [GeneratedRegex("""\b(?:FROM|JOIN)\s+(?:ONLY\s+)?(?:(?:"[^"]+"|\w+)\s*\.\s*)?(?<name>"[^"]+"|\w+)(?![\w"]|\s*[.(])""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SelectTarget();
}
