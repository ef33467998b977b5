using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace TaskAspire.ApiService.RateLimiting;

/// <summary>How many requests a caller may make. Section <c>RateLimiting</c>.</summary>
internal sealed class RateLimitingOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "RateLimiting";

    /// <summary>Whether requests are limited.</summary>
    /// <value>Default: true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>All of <c>/api</c>: per user, per API key, or per address for the anonymous.</summary>
    /// <value>Default: 100 in a minute.</value>
    [ValidateObjectMembers]
    public RateLimitRule Api { get; set; } = new() { PermitLimit = 100, Window = TimeSpan.FromMinutes(1) };

    /// <summary>Per client address, and each by itself: registering and logging in by e-mail address, refreshing by session, and what asks for the password again by user.</summary>
    /// <value>Default: 5 in 15 minutes.</value>
    [ValidateObjectMembers]
    public RateLimitRule Auth { get; set; } = new() { PermitLimit = 5, Window = TimeSpan.FromMinutes(15) };

    /// <summary>
    /// Registering and logging in per client address, whichever the account: against one password tried on many accounts. Wide, since
    /// all people of an office have one address, and log in at nine.
    /// </summary>
    /// <value>Default: 300 in 15 minutes.</value>
    [ValidateObjectMembers]
    public RateLimitRule AuthPerAddress { get; set; } = new() { PermitLimit = 300, Window = TimeSpan.FromMinutes(15) };

    /// <summary>Addresses of the reverse proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.</summary>
    /// <value>Default: none; the address of the connection is the client's.</value>
    public IList<string> KnownProxies { get; set; } = [];

    /// <summary>Networks of such proxies, as <c>10.0.0.0/8</c>.</summary>
    /// <value>Default: none.</value>
    public IList<string> KnownNetworks { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var proxy in KnownProxies.Where(p => !IPAddress.TryParse(p, out _)))
        {
            yield return new ValidationResult($"{Section}:{nameof(KnownProxies)} has '{proxy}', which is not an IP address.", [nameof(KnownProxies)]);
        }

        foreach (var network in KnownNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(KnownNetworks)} has '{network}', which is not a network such as 10.0.0.0/8.", [nameof(KnownNetworks)]);
        }
    }
}

/// <summary>A number of requests in a time.</summary>
internal sealed class RateLimitRule
{
    /// <summary>Requests in a window.</summary>
    /// <value>1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    public int PermitLimit { get; set; }

    /// <summary>The window, which begins with the first request in it.</summary>
    /// <value>One second to one day.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Window { get; set; }
}
