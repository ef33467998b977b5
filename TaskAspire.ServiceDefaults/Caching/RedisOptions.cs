using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults.Caching;

/// <summary>What is said to Redis when its connection string does not say it. Section <c>Redis</c>.</summary>
internal sealed class RedisOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Redis";

    /// <summary>User, when the connection string has none.</summary>
    /// <value>The default is none.</value>
    public string? User { get; set; }

    /// <summary>Password, when the connection string has none (variable <c>REDIS_PASSWORD</c>). The only way for one with a comma, or a space at an end.</summary>
    /// <value>The default is none.</value>
    public string? Password { get; set; }
}

/// <summary>That there is a connection string, and that the client understands it.</summary>
internal sealed class RedisOptionsValidator(IConfiguration configuration) : IValidateOptions<RedisOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        var connectionString = configuration[ConfigurationKeys.CacheConnectionString];
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return ValidateOptionsResult.Fail(
                "No Redis is configured. Set REDIS_URL, as in rediss://:password@host:6380, or ConnectionStrings__cache, as in host:6380,ssl=true,password=….");
        }

        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count > 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail("ConnectionStrings:cache names no server. Begin it with host:port.");
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or OverflowException)
        {
            // Not the inner message, which quotes a part: that may be of a password with a comma.
            return ValidateOptionsResult.Fail(
                "ConnectionStrings:cache is not of StackExchange.Redis's form, as in host:6380,ssl=true,password=…. A password with a comma goes into REDIS_PASSWORD.");
        }
    }
}
