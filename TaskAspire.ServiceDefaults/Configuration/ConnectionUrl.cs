using System.Text.RegularExpressions;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>
/// <c>scheme://user:password@host:port,host:port/path?key=value</c>. <see cref="Uri"/> is not used because it knows neither
/// several hosts nor a password with an unescaped <c>#</c>, <c>?</c> or <c>@</c>, all of which occur in the field.
/// </summary>
internal sealed partial record ConnectionUrl(
    string Scheme,
    string? User,
    string? Password,
    IReadOnlyList<HostPort> Hosts,
    string Path,
    IReadOnlyList<KeyValuePair<string, string>> Query)
{
    public static ConnectionUrl Parse(string variable, string url, params ReadOnlySpan<string> schemes)
    {
        var schemeEnd = url.IndexOf("://", StringComparison.Ordinal);
        var scheme = schemeEnd < 0 ? string.Empty : url[..schemeEnd].ToLowerInvariant();
        if (!schemes.Contains(scheme))
        {
            throw new InvalidVariableException(variable, $"must begin with {string.Join(" or ", schemes.ToArray().Select(s => s + "://"))}, as in {schemes[0]}://user:password@host:port/database.");
        }

        var rest = url[(schemeEnd + 3)..];
        var queryMark = QueryMark().Match(rest);
        var (location, query) = queryMark.Success ? (rest[..queryMark.Index], rest[(queryMark.Index + 1)..]) : (rest, string.Empty);
        var at = location.LastIndexOf('@');
        var (user, password) = SplitUserInfo(at < 0 ? string.Empty : location[..at]);
        var (hosts, path) = SplitAt(location[(at + 1)..], '/');
        return new ConnectionUrl(
            scheme,
            user,
            password,
            [.. hosts.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(host => HostPort.Parse(variable, host))],
            Uri.UnescapeDataString(path),
            [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Pair)]);
    }

    // A question mark may also be part of the password, and an @ of a parameter's value.
    [GeneratedRegex(@"\?(?=[\w%]+(=|&|$)|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex QueryMark();

    private static (string? User, string? Password) SplitUserInfo(string userInfo)
    {
        var (user, password) = SplitAt(userInfo, ':');
        return (Decoded(user), Decoded(password));
    }

    private static KeyValuePair<string, string> Pair(string text)
    {
        var (key, value) = SplitAt(text, '=');
        return new(Uri.UnescapeDataString(key), Uri.UnescapeDataString(value));
    }

    private static (string Before, string After) SplitAt(string text, char separator)
    {
        var index = text.IndexOf(separator, StringComparison.Ordinal);
        return index < 0 ? (text, string.Empty) : (text[..index], text[(index + 1)..]);
    }

    private static string? Decoded(string text) => text.Length == 0 ? null : Uri.UnescapeDataString(text);
}

/// <summary>A server's name or address, IPv6 without its brackets.</summary>
internal readonly record struct HostPort(string Host, int? Port)
{
    public static HostPort Parse(string variable, string text)
    {
        var bracket = text.LastIndexOf(']');
        var colon = text.IndexOf(':', Math.Max(bracket, 0));
        var host = Uri.UnescapeDataString(colon < 0 ? text : text[..colon]).Trim('[', ']');
        if (host.Length == 0 || host.Any(char.IsWhiteSpace))
        {
            throw new InvalidVariableException(variable, "has a host that is empty or has a space in it.");
        }

        return new HostPort(host, colon < 0 ? null : Variables.ParsePort(variable, text[(colon + 1)..]));
    }

    public string WithPort(int defaultPort) => $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port ?? defaultPort}";
}
