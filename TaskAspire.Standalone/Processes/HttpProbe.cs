namespace TaskAspire.Standalone.Processes;

/// <summary>Asks a URL whether it is there.</summary>
internal static class HttpProbe
{
    /// <summary>Null when it answers with success (redirects followed); else what came instead.</summary>
    public static async Task<string?> MissingAsync(HttpClient http, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode ? null : $"{url} answers {(int)response.StatusCode}";
        }
        catch (HttpRequestException)
        {
            return $"{url} does not answer";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{url} does not answer in time";
        }
    }
}
