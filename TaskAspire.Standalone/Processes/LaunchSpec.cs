namespace TaskAspire.Standalone.Processes;

/// <summary>How a child process is started and stopped.</summary>
internal sealed record LaunchSpec(string FileName, params IReadOnlyList<string> Arguments)
{
    public string? WorkingDirectory { get; init; }

    /// <summary>Added to the environment of this process; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The account the child runs under; null: this process's own.</summary>
    public UnixUser? User { get; init; }

    /// <summary>Whether the others go first while processors are scarce (Linux and macOS: nice).</summary>
    public bool InTheBackground { get; init; }

    /// <summary>Asks the child to end.</summary>
    public UnixSignal StopSignal { get; init; } = UnixSignal.Terminate;

    /// <summary>How long the child may take to end before it is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What the kernel sends to the child when this process dies without stopping it (Linux).</summary>
    public UnixSignal ParentDeathSignal { get; init; } = UnixSignal.Terminate;
}
