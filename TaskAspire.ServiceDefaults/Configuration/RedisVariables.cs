using System.Globalization;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>
/// <c>REDIS_URL</c> (<c>redis://</c>, or <c>rediss://</c> for TLS, user, password, database number) and <c>REDIS_PASSWORD</c>,
/// which is used when the URL has no password, as configuration of StackExchange.Redis.
/// </summary>
internal static class RedisVariables
{
    private const string Url = "REDIS_URL";
    private const int DefaultPort = 6379;

    public static IEnumerable<KeyValuePair<string, string?>> Settings(Variables variables)
    {
        var password = variables["REDIS_PASSWORD"];
        if (variables[Url] is not { } text)
        {
            return password is null ? [] : [new(ConfigurationKeys.RedisPassword, password)];
        }

        var url = ConnectionUrl.Parse(Url, text, "redis", "rediss");
        var settings = new List<KeyValuePair<string, string?>>();
        var parts = url.Hosts.Count == 0 ? [$"localhost:{DefaultPort}"] : url.Hosts.Select(host => host.WithPort(DefaultPort)).ToList();
        if (url.Scheme == "rediss")
        {
            parts.Add("ssl=true");
        }

        if (Database(url) is { } database)
        {
            parts.Add($"defaultDatabase={database}");
        }

        Add("user", ConfigurationKeys.RedisUser, url.User);
        Add("password", ConfigurationKeys.RedisPassword, url.Password ?? password);
        settings.Add(new(ConfigurationKeys.CacheConnectionString, string.Join(',', parts)));
        return settings;

        void Add(string part, string key, string? value)
        {
            if (value is null)
            {
                return;
            }

            // Its configuration string has no escape for a comma and trims spaces.
            if (value.Contains(',', StringComparison.Ordinal) || value.Trim() != value)
            {
                settings.Add(new(key, value));
            }
            else
            {
                parts.Add($"{part}={value}");
            }
        }
    }

    private static string? Database(ConnectionUrl url)
    {
        string? database = url.Path.Length > 0 ? url.Path : null;
        foreach (var (name, value) in url.Query)
        {
            database = name == "db" ? value : throw new InvalidVariableException(Url, $"has a parameter '{name}' that is not known.");
        }

        return database is null || int.TryParse(database, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? database
            : throw new InvalidVariableException(Url, "must end with the number of a database, or with the port.");
    }
}
