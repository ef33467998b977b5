using System.Net;
using System.Net.Sockets;

namespace TaskAspire.Data.Webhooks.Targets;

/// <summary>
/// Looks up names by the system, which on Linux keeps a thread waiting for as long as the name server takes: whoever owns a name decides that, and it
/// may be half a minute. The threads of the pool, which all else runs on, are not for that: a lookup has a thread of its own.
/// </summary>
/// <param name="lookUp">Asks the system.</param>
public sealed class HostLookups(Func<string, IPAddress[]> lookUp)
{
    /// <summary>Names that are looked up at a time.</summary>
    public const int Most = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<IPAddress[]>> _underWay = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The addresses of a host. Who asks for a name that is being looked up waits for that.</summary>
    /// <exception cref="SocketException">It has none, cannot be looked up, or <see cref="Most"/> other names are being looked up.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => await UnderWay(host).WaitAsync(cancellationToken);

    private Task<IPAddress[]> UnderWay(string host)
    {
        lock (_lock)
        {
            if (_underWay.TryGetValue(host, out var lookup))
            {
                return lookup;
            }

            if (_underWay.Count >= Most)
            {
                throw new SocketException((int)SocketError.TryAgain);
            }

            lookup = Task.Factory.StartNew(() => lookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _underWay.Add(host, lookup);
            _ = EndAsync(host, lookup);
            return lookup;
        }
    }

    private async Task EndAsync(string host, Task lookup)
    {
        // What came of it is for those who wait, if any still does.
        await lookup.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
        {
            _underWay.Remove(host);
        }
    }
}
