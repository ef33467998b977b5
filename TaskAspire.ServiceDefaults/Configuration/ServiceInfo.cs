using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>Who is speaking, in telemetry and in headers.</summary>
/// <param name="Name">The service's name: <c>OTEL_SERVICE_NAME</c>, else the application's.</param>
/// <param name="Version"><c>APP_VERSION</c>, else the assembly's version without its build metadata.</param>
/// <param name="Environment">The environment's name: Development, Production, …</param>
public sealed partial record ServiceInfo(string Name, string Version, string Environment)
{
    internal const string VersionRule = "must be 1 to 64 letters, digits, '.', '+', '-' or '_', since it is sent in headers.";

    internal static ServiceInfo From(IConfiguration configuration, IHostEnvironment environment) => new(
        configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : environment.ApplicationName,
        configuration[ConfigurationKeys.ServiceVersion] is { } version && IsVersion(version) ? version : AssemblyVersion(environment),
        environment.EnvironmentName);

    /// <summary>Whether a version can be part of a <c>User-Agent</c>.</summary>
    internal static bool IsVersion(string text) => VersionToken().IsMatch(text);

    /// <summary>What keeps the service from starting.</summary>
    internal static IEnumerable<string> ProblemsOf(IConfiguration configuration) =>
        configuration[ConfigurationKeys.ServiceVersion] is { Length: > 0 } version && !IsVersion(version)
            ? [$"{ConfigurationKeys.ServiceVersion} {VersionRule}"]
            : [];

    private static string AssemblyVersion(IHostEnvironment environment)
    {
        // By the application's name: the entry assembly of a test run is the test runner.
        var assembly = AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(candidate => candidate.GetName().Name == environment.ApplicationName)
            ?? Assembly.GetEntryAssembly();
        var version = assembly?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "1.0.0";
        return version.Split('+')[0];
    }

    [GeneratedRegex("^[0-9A-Za-z.+_-]{1,64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionToken();
}
