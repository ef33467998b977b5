using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Tests.Logging;

/// <summary>A service in a process of its own, for what it writes to its console and what memory it takes.</summary>
internal sealed partial class LoggedProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoggedProcess(Process process) => _process = process;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>All that it has written to its output and to its error output.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Bytes of memory it has in use (RSS).</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Returns when it listens.</summary>
    /// <param name="service">A type of it.</param>
    /// <param name="environment">Development, …</param>
    /// <param name="settings">By configuration key.</param>
    public static async Task<LoggedProcess> StartAsync(Type service, string environment, IReadOnlyDictionary<string, string?> settings)
    {
        var assembly = service.Assembly.Location;
        var start = new ProcessStartInfo(Executables.DotNet(), ["exec", assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
            Environment = { ["DOTNET_ENVIRONMENT"] = environment, ["ASPNETCORE_ENVIRONMENT"] = environment, ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" },
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var started = new LoggedProcess(Process.Start(start)!);
        started._process.OutputDataReceived += started.Read;
        started._process.ErrorDataReceived += started.Read;
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        var ended = started._process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (await Task.WhenAny(started._address.Task, ended).WaitAsync(StartTimeout, TestContext.Current.CancellationToken) == ended)
        {
            Assert.Fail("The service ended before it listened:\n" + string.Join('\n', started.Lines));
        }

        started.Address = await started._address.Task;
        return started;
    }

    /// <summary>Asks it to end, and returns when it has and everything it wrote is here.</summary>
    public async Task StopAsync()
    {
        UnixCalls.Signal(_process.Id, UnixSignal.Terminate);
        await _process.WaitForExitAsync().WaitAsync(StopTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync();
        }

        _process.Dispose();
    }

    private void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        _lines.Enqueue(line.Data);
        if (Listening().Match(line.Data) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"Now listening on: .*?(http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
