using System.Globalization;
using TaskAspire.Standalone.Output;

namespace TaskAspire.Standalone.Processes;

/// <summary>
/// The children of a stack, one file each in its data directory. After a <c>kill -9</c> of the stack the next start finds
/// here what still runs and holds ports. The kernel's parent death signal comes first where there is one.
/// </summary>
internal sealed class ChildRecords(string directory, IStackOutput output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public void Add(string name, int processId)
    {
        if (ProcessIdentity.Of(processId) is { } identity)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"{identity.Id} {identity.Started} {BootId()}"));
        }
    }

    public void Remove(string name) => File.Delete(PathOf(name));

    /// <summary>Ends what an earlier stack left running. Only for the holder of the data directory's lock.</summary>
    public async Task StopLeftoversAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }
        foreach (var file in Directory.GetFiles(directory, "*.pid"))
        {
            if (await ReadAsync(file, cancellationToken) is { } identity && identity.Session().Count > 0)
            {
                await StopAsync(Path.GetFileNameWithoutExtension(file), identity, cancellationToken);
            }
            File.Delete(file);
        }
    }

    private async Task StopAsync(string name, ProcessIdentity identity, CancellationToken cancellationToken)
    {
        output.Notice(name, $"an earlier run left process {identity.Id} behind; ending it");
        // TERM is a smart shutdown to PostgreSQL, which waits for its clients; INT ends it in order.
        Signal(identity, name == "postgres" ? UnixSignal.Interrupt : UnixSignal.Terminate);
        if (!await Wait.UntilAsync(() => identity.Session().Count == 0, Patience, cancellationToken))
        {
            Signal(identity, UnixSignal.Kill);
            await Wait.UntilAsync(() => identity.Session().Count == 0, Patience, cancellationToken);
        }
    }

    private static void Signal(ProcessIdentity identity, UnixSignal signal)
    {
        foreach (var id in signal == UnixSignal.Kill || !identity.IsAlive() ? identity.Session() : [identity.Id])
        {
            if (OperatingSystem.IsWindows())
            {
                using var process = System.Diagnostics.Process.GetProcessById(id);
                process.Kill(entireProcessTree: true);
            }
            else
            {
                UnixCalls.Signal(id, signal);
            }
        }
    }

    private static async Task<ProcessIdentity?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var fields = (await File.ReadAllTextAsync(file, cancellationToken)).Split(' ');
        // A write cut short, or the numbers of another boot, name nobody.
        return fields is [var id, var started, var boot]
            && boot == BootId()
            && int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
            && long.TryParse(started, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(processId, ticks)
            : null;
    }

    private static string BootId() =>
        OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "-";

    private string PathOf(string name) => Path.Combine(directory, name + ".pid");
}
