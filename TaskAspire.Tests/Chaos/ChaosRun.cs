using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Chaos;

/// <summary>
/// Several dispatchers, a database that keeps what it acknowledged, healthy and sick endpoints, and a network between: events are written at a
/// steady rate while dispatchers and database are killed and the network is cut.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    // Shorter than in production, so that what a killed dispatcher held is not waited for long.
    private static readonly (string, string)[] Settings = [("Webhooks:LeaseDuration", "00:00:05"), ("Webhooks:Timeout", "00:00:03")];
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CutLength = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(1);

    private readonly ChaosOptions _options;
    private readonly Action<string> _say;
    private readonly Random _random;
    private readonly PrivatePostgres _postgres;
    private readonly DispatcherDatabase _database;
    private readonly WebhookReceiver _receiver;
    private readonly SeverableProxy _network;
    private readonly DispatcherProcess[] _dispatchers;
    private readonly List<(Guid User, EndpointHealth Health)> _endpoints = [];
    private readonly ConcurrentQueue<ChaosEvent> _events = new();
    private readonly ConcurrentQueue<string> _disruptions = new();

    private ChaosRun(ChaosOptions options, Action<string> say, PrivatePostgres postgres, DispatcherDatabase database, WebhookReceiver receiver)
    {
        (_options, _say, _postgres, _database, _receiver) = (options, say, postgres, database, receiver);
        _random = new Random(options.Seed);
        _network = SeverableProxy.To(new Uri(receiver.Url()));
        _dispatchers = new DispatcherProcess[options.Dispatchers];
    }

    private string ConnectionString => _database.ConnectionString;

    /// <summary>Runs it.</summary>
    /// <param name="backing">Where the database server comes from.</param>
    /// <param name="options">How much of what.</param>
    /// <param name="say">Is told what goes on.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public static async Task<ChaosReport> RunAsync(BackingServices backing, ChaosOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        await using var postgres = await backing.StartPrivatePostgresAsync(cancellationToken, durable: true);
        await using var database = DispatcherDatabase.Of(postgres.ConnectionString());
        await database.MigrateAsync(cancellationToken);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var run = new ChaosRun(options, say, postgres, database, receiver);
        return await run.RunAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var dispatcher in _dispatchers)
        {
            dispatcher?.Dispose();
        }

        await _network.DisposeAsync();
    }

    private async Task<ChaosReport> RunAsync(CancellationToken cancellationToken)
    {
        _receiver.Answer = AnswerAsync;
        await AddEndpointsAsync();
        for (var i = 0; i < _dispatchers.Length; i++)
        {
            _dispatchers[i] = DispatcherProcess.Start(ConnectionString, Settings);
        }

        // The first deliveries pay for start-up and compilation, in each dispatcher.
        await Eventually.TrueAsync(
            async () => await _database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'") == _dispatchers.Length, cancellationToken, TimeSpan.FromMinutes(1));
        await WriteAsync(ChaosPhase.WarmUp, Math.Max(_options.Deliveries / 4, _options.Rate * 2), healthyOnly: true, cancellationToken);
        await ArrivedAsync(cancellationToken);

        _say($"{_options.Deliveries / 4} deliveries to healthy endpoints");
        await WriteAsync(ChaosPhase.Control, _options.Deliveries / 4, healthyOnly: true, cancellationToken);
        await ArrivedAsync(cancellationToken);

        _say($"{_options.Deliveries / 4} deliveries to healthy endpoints, and as many more as come to the sick ones");
        await WriteAsync(ChaosPhase.BesideSick, _options.Deliveries / 4, healthyOnly: false, cancellationToken);
        await ArrivedAsync(cancellationToken);

        _say($"{_options.Deliveries / 2} deliveries amid disruptions");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var disrupting = DisruptAsync(TimeSpan.FromSeconds((double)_options.Deliveries / 2 / _options.Rate), cancellationToken);
        var writing = WriteAsync(ChaosPhase.AmidDisruptions, _options.Deliveries / 2, healthyOnly: false, either.Token);
        if (await Task.WhenAny(disrupting, writing) == disrupting && !disrupting.IsCompletedSuccessfully)
        {
            // A server that did not come back is waited for by whoever writes, without end.
            await either.CancelAsync();
        }

        await disrupting;
        await writing;
        await ArrivedAsync(cancellationToken);

        return ChaosReport.Of(_events, _receiver.Received, [.. _disruptions]);
    }

    private async Task AddEndpointsAsync()
    {
        var healthy = _options.Endpoints - _options.Dead - _options.Slow - _options.Flaky;
        EndpointHealth[] all =
        [
            .. Enumerable.Repeat(EndpointHealth.Healthy, healthy), .. Enumerable.Repeat(EndpointHealth.Dead, _options.Dead),
            .. Enumerable.Repeat(EndpointHealth.Slow, _options.Slow), .. Enumerable.Repeat(EndpointHealth.Flaky, _options.Flaky),
        ];
        foreach (var health in all)
        {
            var user = await _database.AddUserAsync();
            // Nothing listens on port 9.
            var host = health == EndpointHealth.Dead ? "http://127.0.0.1:9" : _network.Url;
            await _database.AddEndpointAsync(user, $"{host}/{_endpoints.Count}/{health}");
            _endpoints.Add((user, health));
        }
    }

    private async Task AnswerAsync(Microsoft.AspNetCore.Http.HttpContext context, ReceivedWebhook webhook)
    {
        if (webhook.Path.EndsWith(nameof(EndpointHealth.Slow), StringComparison.Ordinal))
        {
            await Task.Delay(SlowAnswer, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        context.Response.StatusCode = webhook.Path.EndsWith(nameof(EndpointHealth.Flaky), StringComparison.Ordinal) && Random.Shared.Next(2) == 0 ? 503 : 204;
    }

    /// <summary>Writes events for endpoint after endpoint, at the rate. The healthy ones get <paramref name="count"/> in either case.</summary>
    private async Task WriteAsync(ChaosPhase phase, int count, bool healthyOnly, CancellationToken cancellationToken)
    {
        var endpoints = _endpoints.Where(endpoint => !healthyOnly || endpoint.Health == EndpointHealth.Healthy).ToArray();
        if (!healthyOnly)
        {
            count = count * endpoints.Length / endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Healthy);
        }

        var rate = (double)_options.Rate * endpoints.Length / _endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Healthy);
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Tick);
        for (var written = 0; written < count && await timer.WaitForNextTickAsync(cancellationToken);)
        {
            var due = Math.Min((int)(clock.Elapsed.TotalSeconds * rate), count) - written;
            if (due > 0)
            {
                await WriteAsync(phase, [.. Enumerable.Range(written, due).Select(n => endpoints[n % endpoints.Length])], cancellationToken);
                written += due;
            }
        }
    }

    private async Task WriteAsync(ChaosPhase phase, IReadOnlyList<(Guid User, EndpointHealth Health)> to, CancellationToken cancellationToken)
    {
        var ids = to.Select(_ => Guid.CreateVersion7()).ToArray();
        while (true)
        {
            var at = DateTimeOffset.UtcNow;
            try
            {
                // Asked again after a failure that may have come behind the commit, it writes nothing twice.
                await _database.ExecuteAsync(
                    """
                    INSERT INTO webhook_events (id, user_id, type, payload, occurred_at)
                    SELECT id, user_id, 'task.created', convert_to('{"event":"task.created","id":"' || id || '"}', 'UTF8'), now()
                    FROM unnest(@ids, @users) AS e (id, user_id)
                    ON CONFLICT (id) DO NOTHING
                    """,
                    ("ids", ids), ("users", to.Select(endpoint => endpoint.User).ToArray()));
                foreach (var (id, endpoint) in ids.Zip(to))
                {
                    _events.Enqueue(new ChaosEvent(id, endpoint.Health, phase, at));
                }

                return;
            }
            catch (Exception down) when (down is NpgsqlException or TimeoutException)
            {
                await Task.Delay(Tick, cancellationToken);
            }
        }
    }

    private async Task DisruptAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        Func<CancellationToken, Task>[] all =
        [
            .. Enumerable.Repeat(KillAsync, _options.Kills), .. Enumerable.Repeat(CrashAsync, _options.DatabaseCrashes),
            .. Enumerable.Repeat(RestartAsync, _options.DatabaseRestarts), .. Enumerable.Repeat(CutAsync, _options.Cuts),
        ];
        _random.Shuffle(all);
        foreach (var disrupt in all)
        {
            await Task.Delay(within / (all.Length + 1) * (0.5 + _random.NextDouble()), cancellationToken);
            await disrupt(cancellationToken);
        }
    }

    private Task KillAsync(CancellationToken cancellationToken)
    {
        var which = _random.Next(_dispatchers.Length);
        Note($"kill -9 of dispatcher {which + 1}");
        _dispatchers[which].Dispose();
        _dispatchers[which] = DispatcherProcess.Start(ConnectionString, Settings);
        return Task.CompletedTask;
    }

    private Task CrashAsync(CancellationToken cancellationToken)
    {
        Note("kill -9 of PostgreSQL");
        _postgres.Crash();
        return Task.CompletedTask;
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        Note("PostgreSQL restarted");
        await _postgres.StopAsync();
        await _postgres.StartAsync(cancellationToken);
    }

    private async Task CutAsync(CancellationToken cancellationToken)
    {
        Note("network cut");
        _network.Cut();
        await Task.Delay(CutLength, cancellationToken);
        _network.Mend();
    }

    private void Note(string disruption)
    {
        _disruptions.Enqueue(disruption);
        _say(disruption);
    }

    /// <summary>Waits until the database says that every delivery to a healthy endpoint is done, or time is up: the report then says what is missing.</summary>
    private async Task ArrivedAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < _options.Settle && !await IsDoneAsync())
        {
            await Task.Delay(Tick, cancellationToken);
        }

        async Task<bool> IsDoneAsync()
        {
            try
            {
                return !await _database.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id WHERE d.state = 0 AND w.url LIKE '%/Healthy')");
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }
    }
}
