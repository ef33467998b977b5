using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>Whether Elasticsearch answers, where one is configured.</summary>
internal static class ElasticsearchProbe
{
    public const string HttpClientName = "TaskAspire.Health.Elasticsearch";

    public static async Task<string?> FindProblemAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        if (configuration[ConfigurationKeys.ElasticsearchUrl] is not { Length: > 0 } url)
        {
            return null;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (configuration[ConfigurationKeys.ElasticsearchUsername] is { Length: > 0 } user)
        {
            var credentials = $"{user}:{configuration[ConfigurationKeys.ElasticsearchPassword]}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }

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
