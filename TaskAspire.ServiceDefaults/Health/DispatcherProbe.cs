using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>Whether the webhook dispatcher is alive.</summary>
internal static class DispatcherProbe
{
    public const string HttpClientName = "TaskAspire.Health.Webhooks";
    public static readonly Uri Address = new("http://webhookdispatcher");

    public static async Task<string?> FindProblemAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!services.GetRequiredService<IConfiguration>().GetSection("services:webhookdispatcher").Exists())
        {
            return "No address of the webhook dispatcher is configured (services:webhookdispatcher:http:0).";
        }

        try
        {
            var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName);
            using var response = await client.GetAsync(new Uri("/alive", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode ? null : $"The webhook dispatcher answered {(int)response.StatusCode}.";
        }
        catch (HttpRequestException)
        {
            return "The webhook dispatcher cannot be reached.";
        }
    }
}
