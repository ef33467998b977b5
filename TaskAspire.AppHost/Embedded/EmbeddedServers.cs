using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskAspire.Standalone.Backing;
using TaskAspire.Standalone.Options;
using TaskAspire.Standalone.Output;

namespace TaskAspire.AppHost.Embedded;

/// <summary>
/// PostgreSQL and Redis as local processes: started together when the first of their resources is, stopped when the app host has stopped
/// all that uses them. What they write goes to the log of their resource.
/// </summary>
internal sealed class EmbeddedServers(StandaloneOptions options) : IStackOutput, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ILogger> _logs = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task<EmbeddedBacking>? _start;

    /// <summary>Where data is kept, which ports are taken.</summary>
    public StandaloneOptions Options => options;

    /// <summary>Has the app host start and stop them.</summary>
    public static EmbeddedServers AddTo(IDistributedApplicationBuilder builder)
    {
        var servers = new EmbeddedServers(EmbeddedOptions.Read(builder.Configuration));
        // By a factory, so that the container disposes of it: after the processes of the services have ended.
        builder.Services.AddSingleton(_ => servers);
        return servers;
    }

    /// <summary>Has what a server writes shown in that log.</summary>
    /// <param name="part">The server, as TaskAspire.Standalone calls it.</param>
    /// <param name="log">The log of its resource.</param>
    public void ShowIn(string part, ILogger log) => _logs[part] = log;

    /// <summary>The running servers; the first call starts them.</summary>
    public Task<EmbeddedBacking> StartAsync()
    {
        lock (_lock)
        {
            return _start ??= EmbeddedBacking.StartAsync(options, this, _stopping.Token);
        }
    }

    public void Line(string part, string line) => Write(part, LogLevel.Information, line);

    public void Notice(string part, string message) => Write(part, LogLevel.Warning, message);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_start is not null)
        {
            // Its failure was told to the resources that waited for it.
            await ((Task)_start).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_start.IsCompletedSuccessfully)
            {
                await (await _start).DisposeAsync();
            }
        }

        _stopping.Dispose();
    }

    private void Write(string part, LogLevel level, string line)
    {
        if (_logs.TryGetValue(part, out var log))
        {
            log.Log(level, "{Line}", line);
        }
    }
}
