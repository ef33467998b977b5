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
    /// <value>The default is null: the header is left out. Visible ASCII characters.</value>
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
    public ValidateOptionsResult Validate(string? name, WebhookSigningOptions options)
    {
        var failures = new List<string>();
        if (environment.IsProduction() && string.IsNullOrWhiteSpace(options.SharedSecret))
        {
            failures.Add("Webhooks:SharedSecret (WEBHOOK_SECRET) is not set. Set it to a long random text, as 'openssl rand -base64 32' writes, the same for API and dispatcher.");
        }

        // Anything else cannot be sent in a header: each delivery would fail. A line break at the end is easily caught from a file.
        if (options.ApiKey is { } apiKey && !apiKey.All(c => c is >= '!' and <= '~'))
        {
            failures.Add("Webhooks:ApiKey (WEBHOOK_API_KEY) must have visible ASCII characters only: no space, and no line break at its end.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
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
