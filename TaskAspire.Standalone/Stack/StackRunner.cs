using System.Diagnostics;
using System.Globalization;
using Npgsql;
using TaskAspire.Standalone.Backing;
using TaskAspire.Standalone.Backing.Prometheus;
using TaskAspire.Standalone.Dashboard;
using TaskAspire.Standalone.Options;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Ports;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Services;

namespace TaskAspire.Standalone.Stack;

/// <summary>Starts the parts in order, says where they are, and stops them in order.</summary>
internal sealed class StackRunner(StandaloneOptions options, ConsoleOutput output) : IAsyncDisposable
{
    private static readonly TimeSpan PrometheusStartTimeout = TimeSpan.FromSeconds(30);

    private readonly List<(string What, string Where)> _table = [];
    private readonly List<string> _leftOut = [];
    private readonly DataDirectory _directory = new(options.DataDirectory);
    private readonly PortAllocator _ports = new();
    private EmbeddedBacking? _backing;
    private AspireDashboard? _dashboard;
    private ServiceProcess? _api;
    private ServiceProcess? _dispatcher;
    private SupervisedChild? _prometheus;

    /// <summary>Runs until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var began = Stopwatch.GetTimestamp();
        _directory.Create();
        using var stackLock = StackLock.Take(_directory.Root);
        var records = new ChildRecords(_directory.Records, output);
        await records.StopLeftoversAsync(stopping);
        try
        {
            await StartAsync(records, stopping);
            ShowTable(Stopwatch.GetElapsedTime(began));
            await Task.Delay(Timeout.Infinite, stopping);
        }
        finally
        {
            // Before the lock is let go.
            await DisposeAsync();
        }
    }

    /// <summary>Stops what was started. Safe to call twice.</summary>
    public async ValueTask DisposeAsync()
    {
        // The dispatcher first: it finishes what it holds, for which it needs the others. The servers with the data last.
        foreach (var part in new IAsyncDisposable?[] { _dispatcher, _api, _prometheus, _dashboard, _backing })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }
        (_dispatcher, _api, _prometheus, _dashboard, _backing) = (null, null, null, null, null);
    }

    private async Task StartAsync(ChildRecords records, CancellationToken stopping)
    {
        var plan = options.BackingOnly ? null : PortPlan.Claim(options, _ports);
        if (plan is not null && !options.NoDashboard)
        {
            _dashboard = new AspireDashboard(DataDirectory.Packages(_directory.Root), plan.Dashboard, plan.OtlpGrpc, plan.OtlpHttp, records, output);
            _dashboard.Start();
        }
        _backing = await EmbeddedBacking.StartAsync(options, _directory, _ports, records, output, stackLock: null, stopping);
        if (plan is not null)
        {
            await StartServicesAsync(plan, _backing, records, stopping);
            AddDashboard();
        }
        AddBacking(_backing);
    }

    private async Task StartServicesAsync(PortPlan plan, EmbeddedBacking backing, ChildRecords records, CancellationToken stopping)
    {
        var environment = new ServiceEnvironment
        {
            Environment = options.Environment,
            PostgresConnectionString = backing.PostgresConnectionString,
            RedisConnectionString = backing.RedisConnectionString,
            KeyDirectory = _directory.Keys,
            OtlpEndpoint = _dashboard is { Missing: null } ? _dashboard.OtlpEndpoint : null,
        };
        var discovering = environment with { Services = new Dictionary<string, string> { ["webhookdispatcher"] = Local(plan.Dispatcher) } };
        _api = new ServiceProcess(ServiceDefinition.Api, discovering, plan.Api, records, output);
        _dispatcher = new ServiceProcess(ServiceDefinition.Dispatcher, environment, plan.Dispatcher, records, output);
        // Side by side: the dispatcher waits by itself for the schema that the API makes.
        await AllOrNoneAsync(stopping, _api.StartAsync, _dispatcher.StartAsync, token => StartPrometheusAsync(plan, records, token));
        _table.Add(("API", $"{_api.Url}/api/v1"));
        _table.Add(("API reference", $"{_api.Url}/scalar"));
        _table.Add(("Health", $"{_api.Url}/health"));
        _table.Add(("Webhook dispatcher", $"{_dispatcher.Url}/health"));
        if (string.Equals(options.Environment, "Development", StringComparison.OrdinalIgnoreCase))
        {
            _table.Add(("Webhook inbox", $"{_dispatcher.Url}/inbox"));
        }
        if (_prometheus is not null)
        {
            _table.Add(("Prometheus", Local(plan.Prometheus)));
        }
    }

    /// <summary>The first that fails ends the wait for the others, so that its reason is told at once.</summary>
    private static async Task AllOrNoneAsync(CancellationToken stopping, params Func<CancellationToken, Task>[] starts)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAll(starts.Select(async start =>
        {
            try
            {
                await start(waiting.Token);
            }
            catch
            {
                await waiting.CancelAsync();
                throw;
            }
        }));
    }

    private async Task StartPrometheusAsync(PortPlan plan, ChildRecords records, CancellationToken stopping)
    {
        if (options.NoPrometheus)
        {
            return;
        }
        if (PrometheusServer.Find() is not { } program)
        {
            _leftOut.Add("Prometheus (not on PATH)");
            return;
        }
        var targets = new Dictionary<string, string> { ["apiservice"] = $"127.0.0.1:{plan.Api}", ["webhookdispatcher"] = $"127.0.0.1:{plan.Dispatcher}" };
        _prometheus = PrometheusServer.Create(program, _directory.Prometheus, plan.Prometheus, targets, records, output);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await _prometheus.StartAsync(token => HttpProbe.MissingAsync(http, Local(plan.Prometheus) + "/-/ready", token), PrometheusStartTimeout, stopping);
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private void AddDashboard()
    {
        if (_dashboard is { Missing: null })
        {
            _table.Add(("Aspire dashboard", _dashboard.Url));
        }
        else if (_dashboard is not null)
        {
            _leftOut.Add("the Aspire dashboard");
        }
    }

    private void AddBacking(EmbeddedBacking backing)
    {
        _table.Add((backing.PostgresDescription, Shown(backing.PostgresConnectionString)));
        // A password that was given to us is not repeated; one that was made for this stack opens only this stack.
        _table.Add((backing.RedisDescription, options.Redis is null ? backing.RedisConnectionString : WithoutPassword(backing.RedisConnectionString)));
        _table.Add(("Data", _directory.Root));
    }

    private string Shown(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var password = options.Postgres is null ? $":{builder.Password}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"postgresql://{builder.Username}{password}@{builder.Host}:{builder.Port}/{builder.Database}");
    }

    private static string WithoutPassword(string connectionString) =>
        StackExchange.Redis.ConfigurationOptions.Parse(connectionString).ToString(includePassword: false);

    private void ShowTable(TimeSpan took)
    {
        output.Table(_table);
        if (!options.BackingOnly)
        {
            _leftOut.Add("Elasticsearch, Logstash, Kibana and Grafana (containers only)");
            output.Say($"Left out: {string.Join(", ", _leftOut)}.");
        }
        output.Say(string.Create(CultureInfo.InvariantCulture, $"Ready after {took.TotalSeconds:0.0} s. Ctrl+C stops everything."));
    }
}
