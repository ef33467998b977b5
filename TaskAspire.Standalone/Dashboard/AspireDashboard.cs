using System.Globalization;
using System.Runtime.InteropServices;
using TaskAspire.Standalone.Backing.Packages;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Dashboard;

/// <summary>The Aspire dashboard, which shows the traces, logs and metrics that the services send it. The stack runs without it too.</summary>
internal sealed class AspireDashboard : IAsyncDisposable
{
    private const string CliVersion = "13.5.4";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly NpmPackage _package;
    private readonly string _home;
    private readonly string _otlpHttp;
    private readonly IStackOutput _output;
    private readonly SupervisedChild _child;
    private readonly CancellationTokenSource _stopping = new();
    private Task _start = Task.CompletedTask;

    public AspireDashboard(string packages, int port, int otlpGrpcPort, int otlpHttpPort, ChildRecords records, IStackOutput output)
    {
        Url = Local(port);
        OtlpEndpoint = Local(otlpGrpcPort);
        _otlpHttp = Local(otlpHttpPort);
        _output = output;
        _package = new NpmPackage("dashboard", $"@microsoft/aspire-cli-{Platform()}", CliVersion, packages, output);
        // It unpacks itself into its home; one home serves every stack.
        _home = Path.Combine(packages, "dashboard-home");
        _child = new SupervisedChild("dashboard", PrepareAsync, output) { Records = records, Shows = _ => false };
    }

    /// <summary>Where people look.</summary>
    public string Url { get; }

    /// <summary>Where the services send to (gRPC).</summary>
    public string OtlpEndpoint { get; }

    /// <summary>Why it does not run, if so.</summary>
    public string? Missing { get; private set; }

    /// <summary>Installs and starts it without anybody waiting for it.</summary>
    public void Start() => _start = StartAsync(_stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _start;
        await _child.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _package.EnsureAsync(cancellationToken);
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            await _child.StartAsync(token => HttpProbe.MissingAsync(http, Url, token), StartTimeout, cancellationToken);
        }
        catch (StackException exception)
        {
            Missing = exception.Message.Split('\n')[0];
            // Its own last lines are in the message, and are shown nowhere else.
            _output.Notice("dashboard", $"left out: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            // The stack stops before it was up.
        }
    }

    private Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_home);
        return Task.FromResult(new LaunchSpec(
            Path.Combine(_package.Directory, "bin", Executables.Name("aspire")),
            "dashboard", "run", "--nologo", "--non-interactive", "--allow-anonymous", "--frontend-url", Url, "--otlp-grpc-url", OtlpEndpoint,
            // Of no use to us; by default a fixed port, on which two stacks would meet.
            "--otlp-http-url", _otlpHttp)
        {
            WorkingDirectory = _home,
            // Nobody waits for it, and it would take as much of two cores to start as the two services do.
            InTheBackground = true,
            // It keeps nothing, and takes longer over an ordered stop than all the others together.
            StopSignal = UnixSignal.Kill,
            ParentDeathSignal = UnixSignal.Kill,
            Environment = new Dictionary<string, string?>
            {
                ["HOME"] = _home,
                ["USERPROFILE"] = _home,
                ["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "1",
                ["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "1",
                ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = null,
            },
        });
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>.NET's runtime identifier, by which the CLI's packages are named.</summary>
    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx"
            : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return $"{system}-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";
    }
}
