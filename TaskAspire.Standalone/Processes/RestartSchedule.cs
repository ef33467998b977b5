namespace TaskAspire.Standalone.Processes;

/// <summary>How long to wait before a child that ended is started again: doubling, from the start again after a run that lasted.</summary>
internal sealed class RestartSchedule
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A run this long counts as a success.</summary>
    public static readonly TimeSpan Stable = TimeSpan.FromSeconds(60);

    private int _failures;

    /// <summary>The delay before the next start.</summary>
    /// <param name="ran">How long the child ran.</param>
    public TimeSpan Next(TimeSpan ran)
    {
        _failures = ran >= Stable ? 1 : _failures + 1;
        var delay = First * Math.Pow(2, Math.Min(_failures - 1, 16));
        return delay < Longest ? delay : Longest;
    }
}
