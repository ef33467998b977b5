using System.Globalization;
using TaskAspire.Standalone.Options;

namespace TaskAspire.Standalone.Stack;

/// <summary>Keeps a second stack out of a data directory. The operating system lets go of it when this process ends, however it ends.</summary>
internal sealed class StackLock : IDisposable
{
    private readonly FileStream _file;

    private StackLock(FileStream file) => _file = file;

    /// <exception cref="StackException">Another stack uses the directory, or it is another account's.</exception>
    public static StackLock Take(string directory)
    {
        var holderFile = Path.Combine(directory, "stack.pid");
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(directory, "stack.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw DataDirectory.NotWritable(directory, exception);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            var holder = File.Exists(holderFile) ? $" (process {File.ReadAllText(holderFile)})" : "";
            throw new StackException(
                $"Another stack{holder} uses {directory}. Stop it, or start this one with {OptionNames.DataDirectory} <another directory> and other ports (0 takes any free one).",
                exception);
        }
        File.WriteAllText(holderFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new StackLock(file);
    }

    public void Dispose() => _file.Dispose();
}
