using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TaskAspire.Standalone.Ports;

/// <summary>Checks that ports are free on the loopback address, and finds free ones.</summary>
internal sealed class PortAllocator
{
    // Below the range that operating systems take outgoing connections from, so that none of those gets in between.
    private const int FirstFree = 20_000;
    private const int LastFree = 31_999;

    private readonly HashSet<int> _taken = [];

    /// <summary>The port to listen on: <paramref name="wanted"/>, or any free one for 0.</summary>
    /// <param name="wanted">The port asked for.</param>
    /// <param name="use">What it is for, as the message shall say it.</param>
    /// <param name="option">The command line option that sets it.</param>
    /// <exception cref="StackException">It is taken.</exception>
    public int Claim(int wanted, string use, string option)
    {
        if (wanted == 0)
        {
            return ClaimFree();
        }
        return _taken.Add(wanted) && TryListen(wanted) is null ? wanted : throw Taken(wanted, use, option);
    }

    /// <summary>Checks a claimed port again: minutes may pass before its part is started, or started again.</summary>
    /// <exception cref="StackException">Somebody took it in the meantime.</exception>
    public static void EnsureFree(int port, string use, string option)
    {
        if (TryListen(port) is not null)
        {
            throw Taken(port, use, option);
        }
    }

    private static StackException Taken(int port, string use, string option)
    {
        var holder = PortHolder.Of(port) is { } process ? $" by {process}" : "";
        var (state, remedy) = TryListen(port) == SocketError.AccessDenied
            ? ($"is not for {Environment.UserName} to open", "Choose")
            : ($"is taken{holder}", "Stop what uses it, or choose");
        return new StackException(string.Create(
            CultureInfo.InvariantCulture,
            $"Port {port}, which {use} listens on, {state}. {remedy} another port with {option} <port> "
            + $"(or {Options.OptionNames.Variable(option)}); 0 takes any free one."));
    }

    /// <summary>Any free port.</summary>
    public int ClaimFree()
    {
        var start = Random.Shared.Next(FirstFree, LastFree + 1);
        for (var offset = 0; offset <= LastFree - FirstFree; offset++)
        {
            var port = FirstFree + ((start - FirstFree + offset) % (LastFree - FirstFree + 1));
            if (!_taken.Contains(port) && TryListen(port) is null)
            {
                _taken.Add(port);
                return port;
            }
        }
        throw new StackException($"No port between {FirstFree} and {LastFree} is free.");
    }

    /// <summary>Null when it can be listened on, or why not.</summary>
    private static SocketError? TryListen(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }
}
