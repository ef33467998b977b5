using System.Net.Http.Headers;
using System.Reflection;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary><c>User-Agent</c> of deliveries: <c>TaskAspire-Webhooks/&lt;version&gt;</c>.</summary>
/// <param name="Value">The product and its version.</param>
internal sealed record UserAgent(ProductInfoHeaderValue Value)
{
    /// <summary>With the version of this assembly, less the commit that the build appends.</summary>
    public static UserAgent OfThisBuild { get; } = new(new ProductInfoHeaderValue(
        "TaskAspire-Webhooks",
        typeof(UserAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]));
}
