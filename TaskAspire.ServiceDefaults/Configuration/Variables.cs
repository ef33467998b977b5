using System.Globalization;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>Environment variables by name. One that is empty counts as not set, as in the <c>.env</c> files they come from.</summary>
internal sealed class Variables(Func<string, string?> read)
{
    public static Variables OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    public string? this[string name] => read(name) is { Length: > 0 } value ? value : null;

    public int? Port(string name) => this[name] is { } text ? ParsePort(name, text) : null;

    public static int ParsePort(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new InvalidVariableException(name, "must name a port from 1 to 65535.");
}
