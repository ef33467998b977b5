namespace TaskAspire.Standalone;

/// <summary>The stack cannot start or go on; the message says why and what to do, and is shown without a stack trace.</summary>
public sealed class StackException : Exception
{
    /// <inheritdoc cref="StackException" />
    /// <param name="message">What is wrong, and the remedy.</param>
    public StackException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="StackException" />
    /// <param name="message">What is wrong, and the remedy.</param>
    /// <param name="innerException">The cause.</param>
    public StackException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
