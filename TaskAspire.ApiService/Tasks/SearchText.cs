using System.Text.RegularExpressions;

namespace TaskAspire.ApiService.Tasks;

/// <summary>What is searched for: words, and phrases in double quotes, each of which a task must contain, upper and lower case being equal.</summary>
/// <param name="Terms">The words and phrases.</param>
internal sealed partial record SearchText(IReadOnlyList<string> Terms)
{
    /// <summary>Longest text, in characters.</summary>
    public const int MaxLength = 200;

    /// <summary>Most words and phrases: each one costs a look into the index.</summary>
    public const int MaxTerms = 10;

    /// <summary>The text without its quotes.</summary>
    public string Whole => string.Join(' ', Terms);

    /// <summary>Whether the index of the search can find any of it.</summary>
    public bool HasIndexedTerm => Terms.Any(IsIndexed);

    /// <summary>A quote without its fellow is a character like others. Null when there is nothing to search for.</summary>
    public static SearchText? Parse(string text)
    {
        var terms = Term().Matches(text).Select(m => m.Groups["phrase"].Success ? m.Groups["phrase"].Value.Trim() : m.Value)
            .Where(t => t.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return terms.Count == 0 ? null : new SearchText(terms);
    }

    /// <summary>
    /// Whether the trigram index can find a term: it knows three letters or digits in a row. For anything less it would read all that
    /// it has.
    /// </summary>
    public static bool IsIndexed(string term)
    {
        var run = 0;
        foreach (var c in term)
        {
            run = char.IsLetterOrDigit(c) ? run + 1 : 0;
            if (run == 3)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A pattern of <c>LIKE</c> that the text itself fits and nothing else.</summary>
    public static string Pattern(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>A regular expression of PostgreSQL for a text with no letter or digit next to it.</summary>
    public static string WordPattern(string text) => $"(^|[^[:alnum:]]){NotAlphanumeric().Replace(text, @"\$0")}($|[^[:alnum:]])";

    [GeneratedRegex("""(?<!\S)"(?<phrase>[^"]*)"(?!\S)|\S+""", RegexOptions.CultureInvariant)]
    private static partial Regex Term();

    // A backslash before a letter or digit would be an escape of its own, so those are left alone. So is all that is not ASCII.
    [GeneratedRegex("[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]", RegexOptions.CultureInvariant)]
    private static partial Regex NotAlphanumeric();
}
