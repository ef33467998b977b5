using Microsoft.Extensions.Options;
using TaskAspire.WebhookDispatcher.Configuration;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>When a delivery that failed is tried again.</summary>
internal sealed class RetrySchedule(IOptions<DispatcherOptions> options, Random random)
{
    /// <summary>The document's three attempts (at once, +1 s, +2 s), then ever farther apart over two days.</summary>
    public static IReadOnlyList<TimeSpan> Default { get; } =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
    ];

    private readonly IReadOnlyList<TimeSpan> _delays = options.Value.RetrySchedule ?? Default;
    private readonly double _jitter = options.Value.Jitter;
    private readonly TimeSpan _maxRetryAfter = options.Value.MaxRetryAfter;

    /// <summary>How long to wait; null when there are no attempts left.</summary>
    /// <param name="attempts">Attempts made, the failed one included.</param>
    /// <param name="retryAfter">What the receiver asked for. It is a lower bound (RFC 9110 §10.2.3): asking for less does not hurry.</param>
    public TimeSpan? DelayAfter(int attempts, TimeSpan? retryAfter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        if (attempts > _delays.Count)
        {
            return null;
        }

        var delay = _delays[attempts - 1] * (1 + (_jitter * ((2 * random.NextDouble()) - 1)));
        if (retryAfter is not { } asked)
        {
            return delay;
        }

        var bounded = asked < _maxRetryAfter ? asked : _maxRetryAfter;
        return bounded > delay ? bounded : delay;
    }
}
