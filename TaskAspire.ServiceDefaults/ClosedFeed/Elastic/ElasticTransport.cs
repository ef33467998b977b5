using Elastic.Transport.Products.Elasticsearch;

namespace Elastic.Transport;

/// <summary>Stands in for Elastic.Transport: where requests go.</summary>
public abstract class NodePool
{
    internal abstract Uri Uri { get; }
}

/// <summary>One node.</summary>
/// <param name="uri">Its address.</param>
public sealed class SingleNodePool(Uri uri) : NodePool
{
    // As there: a path in the address is kept, whether it ends in a slash or not.
    internal override Uri Uri { get; } = uri.AbsolutePath.EndsWith('/') ? uri : new UriBuilder(uri) { Path = uri.AbsolutePath + "/" }.Uri;
}

/// <summary>How a request is configured. Nothing here reads it.</summary>
public sealed class BoundConfiguration;

/// <summary>Makes requests.</summary>
public interface IRequestInvoker
{
    /// <summary>The handler that requests go through.</summary>
    HttpMessageHandler CreateHandler();
}

/// <summary>Makes requests through a handler of the caller's.</summary>
/// <param name="wrappingHandler">Wraps the handler that sends.</param>
public sealed class HttpRequestInvoker(Func<HttpMessageHandler, BoundConfiguration, HttpMessageHandler> wrappingHandler) : IRequestInvoker
{
    private static readonly TimeSpan DnsRefreshTimeout = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    public HttpMessageHandler CreateHandler() =>
        wrappingHandler(new SocketsHttpHandler { PooledConnectionLifetime = DnsRefreshTimeout, UseProxy = false }, new BoundConfiguration());
}

/// <summary>What a transport is made of.</summary>
/// <param name="nodePool">Where requests go.</param>
/// <param name="requestInvoker">How they are made.</param>
/// <param name="productRegistration">Which product answers.</param>
public sealed class TransportConfiguration(NodePool nodePool, IRequestInvoker requestInvoker, ElasticsearchProductRegistration? productRegistration = null)
{
    /// <summary>What one request may take.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>Proxies of the environment are not used.</summary>
    public bool DisableAutomaticProxyDetection { get; init; }

    /// <summary>Whether bodies are compressed. The replacement does not.</summary>
    public bool? EnableHttpCompression { get; init; }

    internal ElasticsearchProductRegistration? ProductRegistration { get; } = productRegistration;

    internal HttpClient CreateClient() => new(requestInvoker.CreateHandler())
    {
        BaseAddress = nodePool.Uri,
        Timeout = RequestTimeout ?? TimeSpan.FromMinutes(10),
    };
}

/// <summary>Sends requests.</summary>
public interface ITransport
{
    /// <summary>The client that requests go through.</summary>
    HttpClient Client { get; }
}

/// <summary>Sends requests to the nodes of its configuration.</summary>
/// <param name="configuration">What it is made of.</param>
public sealed class DistributedTransport(TransportConfiguration configuration) : ITransport
{
    /// <inheritdoc />
    public HttpClient Client { get; } = configuration.CreateClient();
}
