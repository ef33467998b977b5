namespace TaskAspire.Standalone.Output;

/// <summary>Shows nothing: for tests and for hosts that have their own output.</summary>
internal sealed class SilentOutput : IStackOutput
{
    public static readonly SilentOutput Instance = new();

    public void Line(string part, string line)
    {
    }

    public void Notice(string part, string message)
    {
    }
}
