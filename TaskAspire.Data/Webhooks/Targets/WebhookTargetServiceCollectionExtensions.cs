using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace TaskAspire.Data.Webhooks.Targets;

/// <summary>Registers <see cref="WebhookTargetGuard"/>.</summary>
public static class WebhookTargetServiceCollectionExtensions
{
    /// <summary>Adds <see cref="WebhookTargetGuard"/> and <see cref="WebhookTargetOptions"/>, validated at start.</summary>
    public static IServiceCollection AddWebhookTargets(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<WebhookTargetOptions>().BindConfiguration(WebhookTargetOptions.Section);
        services.AddSingleton<IPostConfigureOptions<WebhookTargetOptions>, WebhookTargetOptionsDefaults>();
        services.AddSingleton<IValidateOptions<WebhookTargetOptions>, WebhookTargetOptionsValidator>();
        services.TryAddSingleton<ResolveHost>(new HostLookups(Dns.GetHostAddresses).ResolveAsync);
        services.AddSingleton<WebhookTargetGuard>();
        return services;
    }
}
