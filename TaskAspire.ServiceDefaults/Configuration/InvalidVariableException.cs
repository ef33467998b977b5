namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>An environment variable cannot be understood. The message names the variable and never shows a secret; the start is refused with it.</summary>
/// <param name="variable">The variable's name.</param>
/// <param name="problem">What is wrong, as the rest of a sentence that begins with the name: <c>must be a port</c>.</param>
public sealed class InvalidVariableException(string variable, string problem) : Exception($"{variable} {problem}")
{
    /// <summary>The variable's name.</summary>
    public string Variable { get; } = variable;
}
