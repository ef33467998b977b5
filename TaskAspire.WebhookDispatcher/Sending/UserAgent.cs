using System.Net.Http.Headers;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary><c>User-Agent</c> of deliveries: <c>TaskAspire-Webhooks/&lt;version&gt;</c>.</summary>
/// <param name="Value">The product and its version.</param>
internal sealed record UserAgent(ProductInfoHeaderValue Value)
{
    public static UserAgent Of(ServiceInfo service) => new(new ProductInfoHeaderValue("TaskAspire-Webhooks", service.Version));
}
