using System.Diagnostics;
using System.Text.RegularExpressions;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Tests.EndToEnd;

/// <summary>The whole stack, as <c>./run</c> starts it, in processes of its own and on free ports.</summary>
internal sealed partial class StackProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly List<string> _lines = [];

    private StackProcess(Process process) => _process = process;

    /// <summary>Where the API is.</summary>
    public Uri Api => Address("API");

    /// <summary>Where a part is, by the name that the table of URLs gives it; without a path.</summary>
    public Uri Address(string part)
    {
        lock (_lines)
        {
            return _lines.Select(line => Row().Match(line)).Where(row => row.Groups["part"].Value == part).Select(row => new Uri(row.Groups["url"].Value)).First();
        }
    }

    /// <summary>Starts it without dashboard and Prometheus.</summary>
    public static Task<StackProcess> StartAsync(string dataDirectory, CancellationToken cancellationToken) =>
        StartAsync(dataDirectory, ["--no-dashboard", "--no-prometheus"], [], cancellationToken);

    /// <summary>Returns when the table of URLs is shown.</summary>
    public static async Task<StackProcess> StartAsync(
        string dataDirectory, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Executables.DotNet(), [typeof(StandaloneHost).Assembly.Location, "--data-dir", dataDirectory, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        foreach (var part in new[] { "api", "dispatcher", "postgres", "redis", "prometheus", "dashboard" })
        {
            start.ArgumentList.Add($"--{part}-port");
            start.ArgumentList.Add("0");
        }

        var stack = new StackProcess(Process.Start(start)!);
        stack._process.OutputDataReceived += stack.Read;
        stack._process.ErrorDataReceived += stack.Read;
        stack._process.BeginOutputReadLine();
        stack._process.BeginErrorReadLine();
        var ended = stack._process.WaitForExitAsync(cancellationToken);
        if (await Task.WhenAny(stack._ready.Task, ended).WaitAsync(StartTimeout, cancellationToken) == ended)
        {
            Assert.Fail("The stack ended before it was ready:\n" + stack.Output);
        }

        return stack;
    }

    /// <summary>What Ctrl+C in another terminal would do.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        UnixCalls.Signal(_process.Id, UnixSignal.Terminate);
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(StopTimeout, cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    private void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Add(line.Data);
        }

        if (line.Data.Contains("Ready after", StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }

    [GeneratedRegex(@"^\s*(?<part>\S.*?)\s{2,}(?<url>http://127\.0\.0\.1:\d+)")]
    private static partial Regex Row();
}
