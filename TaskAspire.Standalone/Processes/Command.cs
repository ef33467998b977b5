using System.Collections.Concurrent;

namespace TaskAspire.Standalone.Processes;

/// <summary>What a command answered.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs a command to its end.</summary>
internal static class Command
{
    /// <exception cref="StackException">It cannot be started.</exception>
    public static async Task<CommandResult> RunAsync(LaunchSpec spec, CancellationToken cancellationToken)
    {
        ConcurrentQueue<string> lines = new();
        await using var child = await ChildProcess.StartAsync(spec, lines.Enqueue);
        await using var killOnCancel = cancellationToken.UnsafeRegister(static state => ((IChild)state!).Kill(), child);
        var exitCode = await child.Exited;
        await child.StopAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return new CommandResult(exitCode, string.Join('\n', lines));
    }
}
