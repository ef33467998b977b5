namespace TaskAspire.Standalone.Processes;

/// <summary>What processes of this machine say to each other, where <c>HTTP_PROXY</c> is set for everything else: a proxy elsewhere cannot reach it.</summary>
public static class LoopbackTraffic
{
    private static readonly string[] Hosts = ["127.0.0.1", "localhost", "[::1]"];

    /// <summary>Adds this machine to <c>NO_PROXY</c>, for this process and all that it starts. Call it before the first request.</summary>
    public static void KeepOffProxies()
    {
        // .NET and curl read the small one first, others the large one.
        var exempt = WithLoopback(Environment.GetEnvironmentVariable("no_proxy") ?? Environment.GetEnvironmentVariable("NO_PROXY"));
        Environment.SetEnvironmentVariable("no_proxy", exempt);
        Environment.SetEnvironmentVariable("NO_PROXY", exempt);
    }

    internal static string WithLoopback(string? exempt)
    {
        var given = (exempt ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(',', given.Union(Hosts, StringComparer.OrdinalIgnoreCase));
    }
}
