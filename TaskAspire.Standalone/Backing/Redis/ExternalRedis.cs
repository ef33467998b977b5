using StackExchange.Redis;
using TaskAspire.Standalone.Backing.Postgres;
using TaskAspire.Standalone.Options;

namespace TaskAspire.Standalone.Backing.Redis;

/// <summary>A Redis server that runs elsewhere.</summary>
internal static class ExternalRedis
{
    private static readonly Version Oldest = new(7, 0);

    /// <summary>Reads a connection string or URL, and checks that the server answers and is new enough.</summary>
    /// <returns>The connection string in StackExchange.Redis's form.</returns>
    /// <exception cref="StackException">It cannot be read, or the server cannot be used.</exception>
    public static async Task<string> PrepareAsync(string value, CancellationToken cancellationToken)
    {
        var configuration = Parse(value);
        var where = string.Join(", ", configuration.EndPoints);
        try
        {
            var check = configuration.Clone();
            check.AbortOnConnectFail = true;
            await using var connection = await ConnectionMultiplexer.ConnectAsync(check).WaitAsync(cancellationToken);
            await connection.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            var version = connection.GetServers()[0].Version;
            return version >= Oldest
                ? configuration.ToString(includePassword: true)
                : throw new StackException($"{where} is Redis {version}; TaskAspire needs {Oldest} or later.");
        }
        // A command's RedisTimeoutException is no RedisException.
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            throw new StackException($"The server of {OptionNames.Redis}, {where}, cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>Reads StackExchange.Redis's <c>host:port,password=…</c> form or a <c>redis://</c> or <c>rediss://</c> URL.</summary>
    /// <exception cref="StackException">It is neither.</exception>
    public static ConfigurationOptions Parse(string value)
    {
        try
        {
            return value.StartsWith("redis://", StringComparison.Ordinal) || value.StartsWith("rediss://", StringComparison.Ordinal)
                ? FromUrl(new Uri(value))
                : ConfigurationOptions.Parse(value);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // The value holds a password: it is not repeated here.
            throw new StackException(
                $"The value of {OptionNames.Redis} is neither a connection string (host:6379,password=…) nor a URL (redis://user:password@host:6379/0).",
                exception);
        }
    }

    private static ConfigurationOptions FromUrl(Uri url)
    {
        var (user, password) = ExternalPostgres.Credentials(url);
        var options = new ConfigurationOptions { User = user, Password = password };
        if (url.Scheme == "rediss")
        {
            options.Ssl = true;
        }
        options.EndPoints.Add(url.Host.Trim('[', ']'), url.Port > 0 ? url.Port : 6379);
        if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
        {
            options.DefaultDatabase = int.Parse(database, System.Globalization.CultureInfo.InvariantCulture);
        }
        return options;
    }
}
