using System.Net.Http.Headers;
using System.Text;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>Address and credentials of the configured Elasticsearch, apart from each other, so that the address can be shown.</summary>
internal sealed class ElasticsearchServer
{
    private readonly AuthenticationHeaderValue? _authorization;

    private ElasticsearchServer(Uri url, AuthenticationHeaderValue? authorization)
    {
        Url = url;
        _authorization = authorization;
    }

    /// <summary>Ends with a slash, so that paths can be appended; holds no credentials.</summary>
    public Uri Url { get; }

    /// <returns>Null when none is configured.</returns>
    public static ElasticsearchServer? From(ElasticsearchOptions options)
    {
        if (options.Url is not { IsAbsoluteUri: true } url)
        {
            return null;
        }

        var credentials = url.UserInfo.Length > 0 ? Uri.UnescapeDataString(url.UserInfo)
            : options.Username is { Length: > 0 } user ? $"{user}:{options.Password}"
            : null;
        var path = url.AbsolutePath.EndsWith('/') ? url.AbsolutePath : url.AbsolutePath + "/";
        return new ElasticsearchServer(
            new UriBuilder(url.Scheme, url.Host, url.Port, path).Uri,
            credentials is null ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))));
    }

    /// <summary>A request that carries the credentials.</summary>
    /// <param name="method">GET, PUT or POST.</param>
    /// <param name="path">Without a slash before it.</param>
    /// <param name="body">JSON, or null.</param>
    public HttpRequestMessage CreateRequest(HttpMethod method, string path, ReadOnlyMemory<byte>? body = null)
    {
        var request = new HttpRequestMessage(method, new Uri(Url, path)) { Headers = { Authorization = _authorization } };
        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        return request;
    }
}
