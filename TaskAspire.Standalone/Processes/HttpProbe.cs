namespace TaskAspire.Standalone.Processes;

/// <summary>Asks a URL whether it is there.</summary>
internal static class HttpProbe
{
    /// <summary>Whether it answers with success (redirects included).</summary>
    public static async Task<bool> AnswersAsync(HttpClient http, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
