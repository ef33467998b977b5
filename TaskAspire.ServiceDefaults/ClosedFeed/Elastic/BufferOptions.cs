namespace Elastic.Channels;

/// <summary>Stands in for Elastic.Channels: how events are buffered before they are sent.</summary>
public sealed class BufferOptions
{
    private TimeSpan _outboundBufferMaxLifetime = TimeSpan.FromSeconds(5);

    /// <summary>Events that wait at most. Default: 100 000.</summary>
    public int InboundBufferMaxSize { get; set; } = 100_000;

    /// <summary>Events that are sent in one request at most. Default: 1000.</summary>
    public int OutboundBufferMaxSize { get; set; } = 1_000;

    /// <summary>How long an event waits for others to be sent with. Default: 5 s; less than a second is not taken.</summary>
    public TimeSpan OutboundBufferMaxLifetime
    {
        get => _outboundBufferMaxLifetime;
        set => _outboundBufferMaxLifetime = value >= TimeSpan.FromSeconds(1) ? value : _outboundBufferMaxLifetime;
    }

    /// <summary>Requests at a time. The replacement makes one.</summary>
    public int? ExportMaxConcurrency { get; set; }

    /// <summary>How long to wait after a failed attempt, by its number from 0. What it says for 1 is what a stop waits for the rest to be sent.</summary>
    public Func<int, TimeSpan> ExportBackoffPeriod { get; set; } = attempt => TimeSpan.FromSeconds(2 * (attempt + 1));
}
