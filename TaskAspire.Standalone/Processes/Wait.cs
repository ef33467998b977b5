using System.Diagnostics;

namespace TaskAspire.Standalone.Processes;

/// <summary>Waits on a condition.</summary>
internal static class Wait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Whether the condition held before the timeout.</summary>
    public static async Task<bool> UntilAsync(Func<bool> condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > timeout)
            {
                return false;
            }
            await Task.Delay(Interval, cancellationToken);
        }
        return true;
    }
}
