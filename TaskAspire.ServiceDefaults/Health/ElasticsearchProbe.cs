using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TaskAspire.ServiceDefaults.Logging.Elasticsearch;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>Whether Elasticsearch answers, where one is configured.</summary>
internal static class ElasticsearchProbe
{
    public const string HttpClientName = "TaskAspire.Health.Elasticsearch";

    public static async Task<string?> FindProblemAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (ElasticsearchServer.From(services.GetRequiredService<IOptions<ElasticsearchOptions>>().Value) is not { } server)
        {
            return null;
        }

        using var request = server.CreateRequest(HttpMethod.Get, string.Empty);
        try
        {
            var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => null,
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "Elasticsearch refuses the credentials.",
                var status => $"Elasticsearch answered {(int)status}.",
            };
        }
        catch (HttpRequestException)
        {
            return "Elasticsearch cannot be reached.";
        }
    }
}
