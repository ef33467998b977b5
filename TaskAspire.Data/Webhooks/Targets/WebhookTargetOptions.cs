using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TaskAspire.Data.Webhooks.Targets;

/// <summary>Which addresses webhooks may be sent to. Section <c>Webhooks</c>.</summary>
public sealed class WebhookTargetOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Webhooks";

    /// <summary>
    /// Networks in CIDR form (<c>127.0.0.0/8</c>, <c>::1/128</c>) that may be reached although they are not public: for development,
    /// and for receivers inside one's own network.
    /// </summary>
    /// <value>The default is none. <c>appsettings.Development.json</c> opens loopback.</value>
    public string[] AllowedNetworks { get; set; } = [];

    /// <summary>Whether only https is accepted.</summary>
    /// <value>The default is null: true in Production, false elsewhere.</value>
    public bool? RequireHttps { get; set; }
}

internal sealed class WebhookTargetOptionsDefaults(IHostEnvironment environment) : IPostConfigureOptions<WebhookTargetOptions>
{
    public void PostConfigure(string? name, WebhookTargetOptions options) => options.RequireHttps ??= environment.IsProduction();
}

internal sealed class WebhookTargetOptionsValidator(IConfiguration configuration) : IValidateOptions<WebhookTargetOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookTargetOptions options)
    {
        var failures = new List<string>();
        // The framework's binder passes over it.
        if (!string.IsNullOrEmpty(configuration[$"{WebhookTargetOptions.Section}:{nameof(options.AllowedNetworks)}"]))
        {
            failures.Add("Webhooks:AllowedNetworks is a list. Name each of its entries, the first as Webhooks:AllowedNetworks:0, which as a variable is Webhooks__AllowedNetworks__0.");
        }

        for (var i = 0; i < options.AllowedNetworks.Length; i++)
        {
            if (!IPNetwork.TryParse(options.AllowedNetworks[i], out _))
            {
                failures.Add($"{WebhookTargetOptions.Section}:{nameof(options.AllowedNetworks)}:{i} is '{options.AllowedNetworks[i]}', "
                    + "which is no network in CIDR form, such as 10.1.0.0/16 or fd00::/8.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
