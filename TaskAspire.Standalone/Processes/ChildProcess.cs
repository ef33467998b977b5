using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace TaskAspire.Standalone.Processes;

/// <inheritdoc cref="IChild" />
internal sealed class ChildProcess : IChild
{
    private const int KeptLines = 20;
    private static readonly ConcurrentDictionary<ChildProcess, byte> Living = new();

    private readonly Process _process;
    private readonly LaunchSpec _spec;
    private readonly Action<string> _onLine;
    private readonly ConcurrentQueue<string> _lastLines = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ChildProcess(Process process, LaunchSpec spec, Action<string> onLine)
    {
        _process = process;
        _spec = spec;
        _onLine = onLine;
        Id = process.Id;
        Living[this] = 0;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        // Not WaitForExitAsync: that also waits for the end of the output, which a grandchild may hold open.
        process.Exited += (_, _) => OnExited();
        if (process.HasExited)
        {
            OnExited();
        }
    }

    public int Id { get; }

    public Task<int> Exited => _exited.Task;

    public IReadOnlyList<string> LastLines => [.. _lastLines];

    public static async Task<IChild> StartAsync(LaunchSpec spec, Action<string> onLine) =>
        new ChildProcess(await Launcher.StartAsync(spec), spec, onLine);

    /// <summary>Ends every child of this process at once.</summary>
    public static void KillAll()
    {
        foreach (var child in Living.Keys)
        {
            child.Kill();
        }
    }

    public async Task StopAsync()
    {
        if (!Exited.IsCompleted)
        {
            if (OperatingSystem.IsWindows())
            {
                Kill();
            }
            else
            {
                UnixCalls.Signal(Id, UnixSignal.Continue);
                UnixCalls.Signal(Id, _spec.StopSignal);
            }
            if (await Task.WhenAny(Exited, Task.Delay(_spec.StopTimeout)) != Exited)
            {
                _onLine($"did not end within {_spec.StopTimeout.TotalSeconds:0} s; killed");
                Kill();
            }
        }
        await Exited;
        // The last lines; a grandchild that keeps the pipe open does not hold us up.
        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromMilliseconds(200)));
    }

    public void Kill()
    {
        if (Launcher.UsesSessions)
        {
            UnixCalls.SignalGroup(Id, UnixSignal.Kill);
            return;
        }
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself in the meantime.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private void OnExited()
    {
        Living.TryRemove(this, out _);
        if (Launcher.UsesSessions)
        {
            // What the child started and left behind. Its group id cannot belong to anybody else while a member lives.
            UnixCalls.SignalGroup(Id, UnixSignal.Kill);
        }
        _exited.TrySetResult(_process.ExitCode);
    }

    private async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                _lastLines.Enqueue(line);
                while (_lastLines.Count > KeptLines && _lastLines.TryDequeue(out _))
                {
                }
                _onLine(line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The pipe went away with the process.
        }
    }
}
