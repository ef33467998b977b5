namespace TaskAspire.AppHost.Resources;

/// <summary>The Elasticsearch of the stack.</summary>
/// <param name="Container">Its container.</param>
/// <param name="Password">The password of its superuser; null where it asks for none.</param>
public sealed record ElasticsearchServer(IResourceBuilder<ContainerResource> Container, IResourceBuilder<ParameterResource>? Password)
{
    /// <summary>Where it is.</summary>
    public EndpointReference Endpoint => Container.GetEndpoint("http");

    /// <summary>Tells that resource where it is, by the variables that our services and our Logstash pipeline know.</summary>
    public IResourceBuilder<T> Configure<T>(IResourceBuilder<T> resource)
        where T : IResourceWithEnvironment
    {
        resource.WithEnvironment("ELASTICSEARCH_URL", Endpoint);
        if (Password is not null)
        {
            resource.WithEnvironment("ELASTICSEARCH_USERNAME", "elastic").WithEnvironment("ELASTICSEARCH_PASSWORD", Password);
        }

        return resource;
    }
}
