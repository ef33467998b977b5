using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Deployment;

/// <summary>What the services need in Production and do not make themselves there. Each is a parameter, so that a deployment asks for what it is not given.</summary>
internal sealed class ServiceSecrets
{
    private const int SharedSecretLength = 43;

    private readonly StackTarget _target;
    private readonly IResourceBuilder<ParameterResource>[] _keys;
    private readonly IResourceBuilder<ParameterResource> _webhookSecret;
    private readonly IResourceBuilder<ParameterResource>? _webhookApiKey;

    private ServiceSecrets(IDistributedApplicationBuilder builder, StackTarget target)
    {
        _target = target;
        _keys = target == StackTarget.Azure
            ? [builder.AddParameter(KeyFiles.PrivateKey, secret: true), builder.AddParameter(KeyFiles.PublicKey, secret: true)]
            : [builder.AddParameter(KeyFiles.FileParameter(KeyFiles.PrivateKey)), builder.AddParameter(KeyFiles.FileParameter(KeyFiles.PublicKey))];
        _webhookSecret = builder.AddParameter("webhook-secret", new GenerateParameterDefault { MinLength = SharedSecretLength, Special = false }, secret: true);
        _webhookApiKey = builder.AddOptionalParameter("webhook-api-key", secret: true);
        Elasticsearch = ExternalElasticsearch.AddTo(builder);
        PrometheusUrl = builder.AddOptionalParameter("prometheus-url", secret: false);
    }

    /// <summary>An Elasticsearch that runs elsewhere, when one is named.</summary>
    public ExternalElasticsearch? Elasticsearch { get; }

    /// <summary>A Prometheus that runs elsewhere, when one is named.</summary>
    public IResourceBuilder<ParameterResource>? PrometheusUrl { get; }

    public static ServiceSecrets AddTo(IDistributedApplicationBuilder builder, StackTarget target) => new(builder, target);

    /// <summary>Gives them to the API.</summary>
    public void GiveToApi(IResourceBuilder<ProjectResource> api)
    {
        GiveTo(api);
        api.WithKeyPaths();
        if (_target == StackTarget.Azure)
        {
            api.PublishAsAzureContainerApp((infrastructure, app) => KeyFiles.MountIn(app, infrastructure, _keys));
            return;
        }

        api.PublishAsDockerComposeService((resource, service) =>
        {
            foreach (var key in _keys)
            {
                // Has the variable listed in .env; the file itself names it.
                _ = key.AsEnvironmentPlaceholder(resource);
            }

            KeyFiles.MountIn(service);
        });
    }

    /// <summary>Gives a service what signs webhooks.</summary>
    public void GiveTo(IResourceBuilder<ProjectResource> service)
    {
        service.WithEnvironment("WEBHOOK_SECRET", _webhookSecret);
        if (_webhookApiKey is not null)
        {
            service.WithEnvironment("WEBHOOK_API_KEY", _webhookApiKey);
        }
    }
}
