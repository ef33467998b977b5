using Serilog.Core;
using Serilog.Events;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>
/// Keeps the work of a sink off the thread that logs. The channels of Elastic's sink run on in place (<c>AllowSynchronousContinuations</c>): who
/// writes the event that makes a batch full would turn the whole batch into JSON before the call returns. The runtime runs nothing
/// in place while a context of another type than its own is set.
/// </summary>
/// <param name="sink">The sink.</param>
internal sealed class ThreadPoolSink(ILogEventSink sink) : ILogEventSink
{
    private static readonly SynchronizationContext Elsewhere = new ThreadPoolContext();

    public void Emit(LogEvent logEvent)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Elsewhere);
        try
        {
            sink.Emit(logEvent);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private sealed class ThreadPoolContext : SynchronizationContext;
}
