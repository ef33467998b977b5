using System.Diagnostics;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>A dispatcher in a process of its own, to be killed.</summary>
internal sealed class DispatcherProcess : IDisposable
{
    private readonly Process _process;

    private DispatcherProcess(Process process) => _process = process;

    /// <summary>Bytes of memory it has in use (RSS).</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static DispatcherProcess Start(string connectionString, params (string Key, string Value)[] settings)
    {
        var assembly = typeof(WebhookDispatcher.Hosting.PersistentLoop).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { "exec", assembly },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
            Environment =
            {
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["ConnectionStrings__taskdb"] = connectionString + ";Minimum Pool Size=0",
                ["Logging__LogLevel__Default"] = "Warning",
                ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
            },
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var process = Process.Start(start)!;
        // Read, so that a full pipe does not hold it up.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new DispatcherProcess(process);
    }

    /// <summary>SIGKILL: nothing is tidied up.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
