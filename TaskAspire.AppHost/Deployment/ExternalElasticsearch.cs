namespace TaskAspire.AppHost.Deployment;

/// <summary>An Elasticsearch that is no part of the stack: parameters <c>elasticsearch-url</c>, <c>elasticsearch-username</c> and <c>elasticsearch-url-password</c>.</summary>
internal sealed class ExternalElasticsearch
{
    private readonly IResourceBuilder<ParameterResource> _url;
    private readonly IResourceBuilder<ParameterResource>? _userName;
    private readonly IResourceBuilder<ParameterResource>? _password;

    private ExternalElasticsearch(IDistributedApplicationBuilder builder, IResourceBuilder<ParameterResource> url)
    {
        _url = url;
        _userName = builder.AddOptionalParameter("elasticsearch-username", secret: false);
        // Not the parameter of the stack's own Elasticsearch, which may be there, too.
        _password = builder.AddOptionalParameter("elasticsearch-url-password", secret: true);
    }

    public static ExternalElasticsearch? AddTo(IDistributedApplicationBuilder builder) =>
        builder.AddOptionalParameter("elasticsearch-url", secret: false) is { } url ? new ExternalElasticsearch(builder, url) : null;

    /// <summary>Tells a service where it is.</summary>
    public IResourceBuilder<ProjectResource> Configure(IResourceBuilder<ProjectResource> service)
    {
        service.WithEnvironment("ELASTICSEARCH_URL", _url);
        if (_userName is not null)
        {
            service.WithEnvironment("ELASTICSEARCH_USERNAME", _userName);
        }

        return _password is null ? service : service.WithEnvironment("ELASTICSEARCH_PASSWORD", _password);
    }
}
