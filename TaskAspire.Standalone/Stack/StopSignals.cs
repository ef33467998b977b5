using System.Runtime.InteropServices;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Stack;

/// <summary>The first Ctrl+C, SIGTERM or closed terminal stops the stack in order; the second ends it at once.</summary>
internal sealed class StopSignals : IDisposable
{
    // 128 + SIGINT, as a shell would report it.
    private const int Interrupted = 130;
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConsoleOutput _output;
    private readonly List<PosixSignalRegistration> _registrations;
    private int _received;

    public StopSignals(ConsoleOutput output)
    {
        _output = output;
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stopping.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _received) == 1)
        {
            _output.Say("Stopping in order. Again to end at once.");
            _stopping.Cancel();
            return;
        }
        ChildProcess.KillAll();
        Environment.Exit(Interrupted);
    }
}
