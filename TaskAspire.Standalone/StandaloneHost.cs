using System.CommandLine;
using TaskAspire.Standalone.Options;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.Standalone;

/// <summary>The whole stack as local processes: the entry point shared by this project and the AppHost of a closed feed.</summary>
public static class StandaloneHost
{
    /// <summary>Runs the stack until it is stopped.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>The exit code of the process: 0 after a clean stop, 1 when the stack could not start, or for a wrong command line.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        LoopbackTraffic.KeepOffProxies();
        // The signals are ours (StopSignals); the command line library would end the process two seconds after one.
        var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null };
        return new StandaloneCommand(Environment.GetEnvironmentVariable).InvokeAsync(args, RunAsync, configuration, CancellationToken.None);
    }

    private static async Task<int> RunAsync(StandaloneOptions options, CancellationToken cancellationToken)
    {
        var output = ConsoleOutput.ForTerminal();
        using var signals = new StopSignals(output);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(signals.Stopping, cancellationToken);
        try
        {
            await using var stack = new StackRunner(options, output);
            await stack.RunAsync(stopping.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            output.Say("Stopped.");
            return 0;
        }
        catch (StackException exception)
        {
            output.Error(exception.Message);
            return 1;
        }
    }
}
