using System.Collections.Concurrent;
using System.Diagnostics;

namespace TaskAspire.Standalone.Processes;

/// <summary>
/// Starts processes on one thread that lives as long as this process: Linux delivers the parent death signal when the
/// starting <em>thread</em> ends, and a thread of the pool may end while its children are wanted (prctl(2), PR_SET_PDEATHSIG).
/// </summary>
internal static class Launcher
{
    private static readonly BlockingCollection<Action> Work = [];
    private static readonly string? Setsid = Executables.Find("setsid");
    private static readonly string? Nice = Executables.Find("nice");
    private static readonly string? Setpriv = OperatingSystem.IsLinux() ? Executables.Find("setpriv") : null;

    static Launcher() => new Thread(Run) { IsBackground = true, Name = "Process launcher" }.Start();

    /// <summary>Whether a child leads its own session: a Ctrl+C at the terminal then reaches this process only, which stops the children in order.</summary>
    public static bool UsesSessions { get; } = OperatingSystem.IsLinux() && Setsid is not null;

    /// <summary>Starts a process with its input closed and its output redirected.</summary>
    public static Task<Process> StartAsync(LaunchSpec spec)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            var process = new Process { StartInfo = ToStartInfo(spec), EnableRaisingEvents = true };
            try
            {
                process.Start();
                process.StandardInput.Close();
                started.SetResult(process);
            }
            catch (Exception exception)
            {
                process.Dispose();
                started.SetException(new StackException($"Cannot start {spec.FileName}: {exception.Message}", exception));
            }
        });
        return started.Task;
    }

    private static void Run()
    {
        foreach (var start in Work.GetConsumingEnumerable())
        {
            start();
        }
    }

    private static ProcessStartInfo ToStartInfo(LaunchSpec spec)
    {
        string[] command = [.. Wrapper(spec), spec.FileName, .. spec.Arguments];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = spec.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in spec.Environment)
        {
            info.Environment[name] = value;
        }
        return info;
    }

    private static IEnumerable<string> Wrapper(LaunchSpec spec)
    {
        if (UsesSessions)
        {
            yield return Setsid!;
        }
        if (spec.InTheBackground && Nice is not null)
        {
            yield return Nice;
        }
        if (Setpriv is not null)
        {
            yield return Setpriv;
            yield return "--pdeathsig";
            yield return spec.ParentDeathSignal.Name;
            if (spec.User is { } user)
            {
                yield return $"--reuid={user.UserId}";
                yield return $"--regid={user.GroupId}";
                yield return "--clear-groups";
            }
            yield return "--";
        }
        else if (spec.User is { } user)
        {
            throw new StackException(
                $"Running {Path.GetFileName(spec.FileName)} as {user.Name} instead of root needs setpriv (package util-linux). Install it, or start as an ordinary user.");
        }
    }
}
