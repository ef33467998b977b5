namespace TaskAspire.Data.Webhooks;

/// <summary>Classes of failure of an attempt.</summary>
public static class AttemptErrors
{
    /// <summary>No complete answer in time.</summary>
    public const string Timeout = "timeout";

    /// <summary>The host name has no address.</summary>
    public const string Dns = "dns";

    /// <summary>No connection: refused, unreachable.</summary>
    public const string Connect = "connect";

    /// <summary>No secure connection: the certificate, or the handshake.</summary>
    public const string Tls = "tls";

    /// <summary>The connection was lost before the answer was complete.</summary>
    public const string Reset = "reset";

    /// <summary>The address may not be reached from here.</summary>
    public const string BlockedTarget = "blocked_target";

    /// <summary>Answered 4xx other than 410.</summary>
    public const string Http4xx = "http_4xx";

    /// <summary>Answered 5xx.</summary>
    public const string Http5xx = "http_5xx";

    /// <summary>Answered 410: it wants no more webhooks.</summary>
    public const string Gone = "gone";

    /// <summary>Answered 3xx; redirects are not followed.</summary>
    public const string Redirect = "redirect";

    /// <summary>The head of the answer is larger than is read (32 KiB).</summary>
    public const string TooLarge = "too_large";

    /// <summary>The answer is not valid HTTP.</summary>
    public const string Protocol = "protocol";

    /// <summary>Nothing was sent: the endpoint's secret or headers cannot be used.</summary>
    public const string Credentials = "credentials";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Timeout, Dns, Connect, Tls, Reset, BlockedTarget, Http4xx, Http5xx, Gone, Redirect, TooLarge, Protocol, Credentials];
}
