namespace TaskAspire.ServiceDefaults.Errors;

/// <summary>
/// A dependency failed in a way that the caller cannot repair. Its <see cref="Service"/> is shown to the caller as the
/// <c>service</c> member of the problem details; the message is for the log.
/// </summary>
public class IntegrationException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="service">The dependency: <c>Database</c>, <c>Cache</c>, <c>Webhook</c>.</param>
    /// <param name="message">What was being done. It may be logged, so it holds no secret.</param>
    /// <param name="inner">The cause.</param>
    public IntegrationException(string service, string message, Exception? inner = null)
        : base($"{service}: {message}", inner) => Service = service;

    /// <summary>The dependency that failed.</summary>
    public string Service { get; }
}

/// <summary>PostgreSQL failed.</summary>
/// <param name="message">What was being done.</param>
/// <param name="inner">The cause.</param>
public sealed class DatabaseException(string message, Exception? inner = null) : IntegrationException("Database", message, inner);

/// <summary>Redis failed.</summary>
/// <param name="message">What was being done.</param>
/// <param name="inner">The cause.</param>
public sealed class CacheException(string message, Exception? inner = null) : IntegrationException("Cache", message, inner);

/// <summary>A webhook could not be prepared or sent.</summary>
/// <param name="message">What was being done.</param>
/// <param name="inner">The cause.</param>
public sealed class WebhookException(string message, Exception? inner = null) : IntegrationException("Webhook", message, inner);
