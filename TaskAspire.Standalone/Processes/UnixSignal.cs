namespace TaskAspire.Standalone.Processes;

/// <summary>A signal by its name (for <c>setpriv</c>) and its number (for <c>kill</c>).</summary>
internal readonly record struct UnixSignal(string Name, int Number)
{
    public static UnixSignal Interrupt => new("INT", 2);

    public static UnixSignal Quit => new("QUIT", 3);

    public static UnixSignal Kill => new("KILL", 9);

    public static UnixSignal Terminate => new("TERM", 15);

    public static UnixSignal Stop => new("STOP", OperatingSystem.IsLinux() ? 19 : 17);

    public static UnixSignal Continue => new("CONT", OperatingSystem.IsLinux() ? 18 : 19);
}
