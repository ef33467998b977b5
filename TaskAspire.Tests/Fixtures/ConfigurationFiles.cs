using System.Runtime.CompilerServices;

namespace TaskAspire.Tests.Fixtures;

/// <summary>
/// Hosts in the tests do not watch their configuration files: each would take inotify instances, of which Linux gives a user 128 unless told otherwise
/// (<c>fs.inotify.max_user_instances</c>), and more hosts than that run side by side here.
/// </summary>
internal static class ConfigurationFiles
{
    [ModuleInitializer]
    internal static void DoNotWatch() => Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
}
