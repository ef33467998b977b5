using System.Collections.Concurrent;
using System.Diagnostics;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// A span per Redis command below the activity that sent it, as the Aspire package has. The client reports commands only when a
/// session of its profiler is finished, so they are fetched a moment later and given the times at which they ran.
/// </summary>
internal sealed class RedisTraces : IDisposable
{
    /// <summary>The name that Aspire's package uses.</summary>
    public const string SourceName = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Activity, ProfilingSession> _sessions = new();
    private readonly Timer _timer;

    public RedisTraces() => _timer = new Timer(_ => Flush(), state: null, Interval, Interval);

    public void Attach(IConnectionMultiplexer connection) => connection.RegisterProfiler(() =>
        Activity.Current is { Recorded: true } activity ? _sessions.GetOrAdd(activity, _ => new ProfilingSession()) : null);

    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }

    private void Flush()
    {
        foreach (var activity in _sessions.Keys)
        {
            if (_sessions.TryRemove(activity, out var session))
            {
                foreach (var command in session.FinishProfiling())
                {
                    Emit(activity.Context, command);
                }
            }
        }
    }

    private static void Emit(ActivityContext parent, IProfiledCommand command)
    {
        var started = new DateTimeOffset(command.CommandCreated);
        using var span = Source.StartActivity(command.Command, ActivityKind.Client, parent, startTime: started);
        // The command's name alone: its keys and values may be a person's.
        span?.SetTag("db.system.name", "redis").SetTag("db.operation.name", command.Command).SetTag("db.namespace", command.Db)
            .SetEndTime(started.Add(command.ElapsedTime).UtcDateTime);
    }
}
