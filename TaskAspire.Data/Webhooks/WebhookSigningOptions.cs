using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TaskAspire.Data.Webhooks;

/// <summary>What endpoints without credentials of their own are given. Section <c>Webhooks</c>.</summary>
public sealed class WebhookSigningOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Webhooks";

    /// <summary>Sent as <c>X-API-Key</c> to endpoints that have none of their own (variable <c>WEBHOOK_API_KEY</c>).</summary>
    /// <value>The default is null: the header is left out.</value>
    public string? ApiKey { get; set; }

    /// <summary>Signs deliveries to endpoints created with <c>useSharedSecret</c>, by its UTF-8 bytes (variable <c>WEBHOOK_SECRET</c>).</summary>
    /// <value>The default is null: deliveries to such endpoints fail, and say why. Required in Production.</value>
    public string? SharedSecret { get; set; }

    /// <summary>
    /// The shared secret before the present one. While it is set, <c>webhook-signature</c> of deliveries to endpoints with <c>useSharedSecret</c> has a
    /// signature by it, too, so that their owners can change over one after the other.
    /// </summary>
    /// <value>The default is none.</value>
    public string? PreviousSharedSecret { get; set; }
}

internal sealed class WebhookSigningOptionsValidator(IHostEnvironment environment) : IValidateOptions<WebhookSigningOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookSigningOptions options) =>
        environment.IsProduction() && string.IsNullOrWhiteSpace(options.SharedSecret)
            ? ValidateOptionsResult.Fail("Webhooks:SharedSecret (WEBHOOK_SECRET) is not set. Set it to a long random text, as 'openssl rand -base64 32' writes, the same for API and dispatcher.")
            : ValidateOptionsResult.Success;
}

/// <summary>Registers <see cref="WebhookSigningOptions"/>.</summary>
public static class WebhookSigningServiceCollectionExtensions
{
    /// <summary>Adds <see cref="WebhookSigningOptions"/>, bound to the section <c>Webhooks</c> and validated at start.</summary>
    public static IServiceCollection AddWebhookSigning(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<WebhookSigningOptions, WebhookSigningOptionsValidator>().BindConfiguration(WebhookSigningOptions.Section);
        return services;
    }
}
