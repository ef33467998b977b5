using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TaskAspire.Bench.Yardstick.Services;

/// <summary>A service as a process of its own. What it logs goes to a file: reading it here would take from what is measured.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;

    private Service(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    public int ProcessId => _process.Id;

    /// <summary>How long it took from the start of the process to the first answer.</summary>
    public TimeSpan StartedIn { get; private set; }

    /// <summary>Resident memory in MiB.</summary>
    public double ResidentMebibytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <param name="program">The program: an assembly for <c>dotnet</c>, or an executable.</param>
    /// <param name="log">Where its output goes.</param>
    /// <param name="ready">The path whose 200 says that it is ready.</param>
    /// <param name="environment">Variables.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Service> StartAsync(
        string program, string log, string ready, IEnumerable<KeyValuePair<string, string?>> environment, CancellationToken cancellationToken)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        var command = program.EndsWith(".dll", StringComparison.Ordinal) ? "exec dotnet \"$0\" >\"$1\" 2>&1" : "exec \"$0\" >\"$1\" 2>&1";
        var start = new ProcessStartInfo("sh", ["-c", command, program, log]) { WorkingDirectory = Path.GetDirectoryName(program)! };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = url;
        var clock = Stopwatch.StartNew();
        var service = new Service(Process.Start(start)!, url);
        try
        {
            await service.AnsweredAsync(ready, log, clock, cancellationToken);
            service.StartedIn = clock.Elapsed;
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // SIGTERM; Process has no other way to send it.
            using var term = Process.Start("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(25));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private async Task AnsweredAsync(string ready, string log, Stopwatch clock, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(5) };
        while (true)
        {
            if (_process.HasExited || clock.Elapsed > StartTimeout)
            {
                throw new YardstickException($"The service did not start; {log} ends with:\n{string.Join('\n', File.ReadLines(log).TakeLast(20))}");
            }

            try
            {
                using var answer = await http.GetAsync(ready, cancellationToken);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
