using Microsoft.Extensions.DependencyInjection;

namespace TaskAspire.Data.Webhooks;

/// <summary>What endpoints without credentials of their own are given. Section <c>Webhooks</c>.</summary>
public sealed class WebhookSigningOptions
{
    /// <summary>Sent as <c>X-API-Key</c> to endpoints that have none of their own (variable <c>WEBHOOK_API_KEY</c>).</summary>
    /// <value>The default is null: the header is left out.</value>
    public string? ApiKey { get; set; }

    /// <summary>Signs deliveries to endpoints created with <c>useSharedSecret</c>, by its UTF-8 bytes (variable <c>WEBHOOK_SECRET</c>).</summary>
    /// <value>The default is null: deliveries to such endpoints fail, and say why.</value>
    public string? SharedSecret { get; set; }
}

/// <summary>Registers <see cref="WebhookSigningOptions"/>.</summary>
public static class WebhookSigningServiceCollectionExtensions
{
    /// <summary>Adds <see cref="WebhookSigningOptions"/>, bound to the section <c>Webhooks</c>.</summary>
    public static IServiceCollection AddWebhookSigning(this IServiceCollection services)
    {
        services.AddOptions<WebhookSigningOptions>().BindConfiguration("Webhooks");
        return services;
    }
}
