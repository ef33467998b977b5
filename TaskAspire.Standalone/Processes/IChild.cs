namespace TaskAspire.Standalone.Processes;

/// <summary>A started process.</summary>
internal interface IChild : IAsyncDisposable
{
    int Id { get; }

    /// <summary>Gives the exit code once the process has ended.</summary>
    Task<int> Exited { get; }

    /// <summary>The last lines it wrote, oldest first.</summary>
    IReadOnlyList<string> LastLines { get; }

    /// <summary>Asks it to end, and kills it when it has not after its timeout. Returns once it has ended.</summary>
    Task StopAsync();

    /// <summary>Ends it at once, with everything it started.</summary>
    void Kill();
}
