namespace TaskAspire.Standalone.Output;

/// <summary>Where the stack tells what it does.</summary>
internal interface IStackOutput
{
    /// <summary>A line that a part wrote.</summary>
    void Line(string part, string line);

    /// <summary>Something the stack has to say about a part.</summary>
    void Notice(string part, string message);
}
