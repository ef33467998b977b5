using TaskAspire.Standalone.Output;

namespace TaskAspire.Standalone.Processes;

/// <summary>Starts a child; <see cref="ChildProcess.StartAsync"/>, or a stand-in for tests.</summary>
internal delegate Task<IChild> ChildStarter(LaunchSpec spec, Action<string> onLine);

/// <summary>A child that is started again, after a growing delay, whenever it ends without having been asked to.</summary>
internal sealed class SupervisedChild(string name, Func<CancellationToken, Task<LaunchSpec>> prepare, IStackOutput output) : IAsyncDisposable
{
    /// <summary>Ends before the child was ever ready that mean that it cannot start.</summary>
    public const int StartAttempts = 3;

    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(400);

    private CancellationTokenSource? _stopping;
    private Task _supervision = Task.CompletedTask;
    private volatile IChild? _child;
    private volatile bool _ready;
    private volatile StackException? _gaveUp;
    private int _endsBeforeReady;

    public string Name => name;

    public ChildStarter Start { get; init; } = ChildProcess.StartAsync;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Notes which processes live, so that the next start can end what a killed one left behind.</summary>
    public ChildRecords? Records { get; init; }

    /// <summary>Whether a line of the child is shown; all are by default.</summary>
    public Func<string, bool> Shows { get; init; } = _ => true;

    /// <summary>The id of the process that runs now, if one does.</summary>
    public int? ProcessId => _child is { Exited.IsCompleted: false } child ? child.Id : null;

    /// <summary>Starts the child and waits until it is ready.</summary>
    /// <param name="missing">Asks what it still lacks; null when it is ready.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait; the child is then stopped with <see cref="StopAsync"/>.</param>
    /// <exception cref="StackException">It ended <see cref="StartAttempts"/> times, or was not ready in time.</exception>
    public async Task StartAsync(Func<CancellationToken, Task<string?>> missing, TimeSpan timeout, CancellationToken cancellationToken)
    {
        _stopping = new CancellationTokenSource();
        (_ready, _gaveUp, _endsBeforeReady) = (false, null, 0);
        _supervision = SuperviseAsync(_stopping.Token);
        var began = Time.GetTimestamp();
        var interval = ShortestPoll;
        while (true)
        {
            var lacks = _child is { Exited.IsCompleted: false } ? await missing(cancellationToken) : "it does not run";
            if (lacks is null)
            {
                break;
            }
            if (_gaveUp is { } reason)
            {
                throw reason;
            }
            if (_supervision.IsFaulted)
            {
                await _supervision;
            }
            if (Time.GetElapsedTime(began) > timeout)
            {
                throw new StackException($"{name} was not ready after {timeout.TotalSeconds:0} s: {lacks}.{Tail()}");
            }
            await Task.Delay(interval, Time, cancellationToken);
            interval = interval * 1.5 < LongestPoll ? interval * 1.5 : LongestPoll;
        }
        _ready = true;
    }

    public async Task StopAsync()
    {
        if (_stopping is null)
        {
            return;
        }
        await _stopping.CancelAsync();
        try
        {
            await _supervision;
        }
        catch (Exception exception) when (exception is OperationCanceledException || IsInTheWay(exception))
        {
            // Already told to whoever waited for the start.
        }
        if (_child is { } child)
        {
            await child.DisposeAsync();
            Records?.Remove(name);
            _child = null;
        }
        _stopping.Dispose();
        _stopping = null;
    }

    /// <summary>Ends the process at once, as a crash would; it is then started again.</summary>
    public void Crash() => _child?.Kill();

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task SuperviseAsync(CancellationToken stopping)
    {
        var schedule = new RestartSchedule();
        while (!stopping.IsCancellationRequested)
        {
            var began = Time.GetTimestamp();
            string end;
            try
            {
                end = $"ended with exit code {await RunOnceAsync(stopping)}";
            }
            catch (Exception exception) when (_ready && IsInTheWay(exception))
            {
                // It ran before: what is in the way now (a port, a full disk) may go away again.
                end = exception.Message;
                if (_child is { Exited.IsCompleted: false } unrecorded)
                {
                    await unrecorded.DisposeAsync();
                }
            }
            if (!_ready && ++_endsBeforeReady == StartAttempts)
            {
                _gaveUp = new StackException($"{name} {end} before it was ready, {StartAttempts} times.{Tail()}");
                return;
            }
            var delay = schedule.Next(Time.GetElapsedTime(began));
            output.Notice(name, $"{end}; starting again in {delay.TotalSeconds:0.#} s");
            await Task.Delay(delay, Time, stopping);
        }
    }

    private static bool IsInTheWay(Exception exception) => exception is StackException or IOException or UnauthorizedAccessException;

    private async Task<int> RunOnceAsync(CancellationToken stopping)
    {
        var child = await Start(await prepare(stopping), Show);
        _child = child;
        Records?.Add(name, child.Id);
        var exitCode = await child.Exited.WaitAsync(stopping);
        Records?.Remove(name);
        await child.DisposeAsync();
        return exitCode;
    }

    private void Show(string line)
    {
        if (Shows(line))
        {
            output.Line(name, line);
        }
    }

    private string Tail() =>
        _child is { LastLines: { Count: > 0 } lines } ? $" Its last lines:\n    {string.Join("\n    ", lines)}" : " It wrote nothing.";
}
