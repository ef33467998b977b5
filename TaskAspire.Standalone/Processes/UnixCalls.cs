using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TaskAspire.Standalone.Processes;

/// <summary>The few calls of the C library that .NET has no API for. Unix only.</summary>
internal static partial class UnixCalls
{
    private const int NoSuchProcess = 3;

    public static bool IsRoot => !OperatingSystem.IsWindows() && geteuid() == 0;

    /// <summary>Sends a signal. Returns false when the process is gone already.</summary>
    public static bool Signal(int processId, UnixSignal signal)
    {
        if (kill(processId, signal.Number) == 0)
        {
            return true;
        }
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error);
    }

    /// <summary>Sends a signal to every member of the group that <paramref name="leaderId"/> leads, if there is one.</summary>
    public static void SignalGroup(int leaderId, UnixSignal signal) => _ = kill(-leaderId, signal.Number);

    public static void ChangeOwner(string path, uint userId, uint groupId)
    {
        if (chown(path, userId, groupId) != 0)
        {
            throw new IOException($"Cannot give {path} to user {userId}: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint owner, uint group);
}
