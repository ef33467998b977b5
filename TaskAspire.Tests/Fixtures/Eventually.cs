namespace TaskAspire.Tests.Fixtures;

/// <summary>Waits on a condition instead of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns when the condition holds; fails the test when it does not within the timeout (30 s unless given).</summary>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, CancellationToken cancellationToken, TimeSpan? timeout = null, Func<string>? reason = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        using var expired = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        expired.CancelAfter(limit);
        while (!await condition())
        {
            if (expired.IsCancellationRequested)
            {
                Assert.Fail($"The condition did not hold within {limit.TotalSeconds:0} s. {reason?.Invoke()}");
            }
            await Task.Delay(Interval, CancellationToken.None);
        }
    }

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, CancellationToken, TimeSpan?, Func{string}?)" />
    public static Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        TrueAsync(() => Task.FromResult(condition()), cancellationToken, timeout);
}
