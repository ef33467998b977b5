using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TaskAspire.ServiceDefaults.Logging;

/// <summary>
/// Makes one logger for each category, as the framework's own factory does. Serilog's makes another each time, and ASP.NET Core asks for one in each
/// request: each of its authentication handlers does.
/// </summary>
internal sealed class CachedLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, static (name, factory) => factory.CreateLogger(name), inner);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();

    /// <summary>Puts it before the factory that was added last.</summary>
    public static void Add(IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(ILoggerFactory)).ImplementationFactory!;
        services.AddSingleton<ILoggerFactory>(provider => new CachedLoggerFactory((ILoggerFactory)inner(provider)));
    }
}
