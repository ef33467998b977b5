using Microsoft.Extensions.Logging;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>Winston's names for levels beside .NET's.</summary>
internal static class LogLevelNames
{
    public static LogLevel Parse(string variable, string text) => text.ToLowerInvariant() switch
    {
        "silly" or "trace" => LogLevel.Trace,
        "debug" or "verbose" => LogLevel.Debug,
        "info" or "http" or "information" => LogLevel.Information,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "critical" or "fatal" => LogLevel.Critical,
        "none" or "silent" => LogLevel.None,
        _ => throw new InvalidVariableException(variable, "must be one of error, warn, info, http, verbose, debug, silly."),
    };
}
