namespace TaskAspire.Tests.Fixtures;

/// <summary>Something that is started once, when it is first asked for. A test that gives up does not end it for the others.</summary>
internal sealed class OnFirstUse<T>(Func<CancellationToken, Task<T>> start)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private readonly Lazy<Task<T>> _value = new(() => Task.Run(async () =>
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        return await start(timeout.Token);
    }));

    public bool IsStarted => _value is { IsValueCreated: true, Value.IsCompletedSuccessfully: true };

    public Task<T> GetAsync(CancellationToken cancellationToken) => _value.Value.WaitAsync(cancellationToken);
}
