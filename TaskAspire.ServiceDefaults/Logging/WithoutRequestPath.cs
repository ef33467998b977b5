using Serilog.Core;
using Serilog.Events;

namespace TaskAspire.ServiceDefaults.Logging;

/// <summary>
/// Takes away the path that ASP.NET Core attaches to each event of a request. A client may have put a token into it by mistake; the line of the
/// request itself says which route it was.
/// </summary>
internal sealed class WithoutRequestPath : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory) => logEvent.RemovePropertyIfPresent("RequestPath");
}
