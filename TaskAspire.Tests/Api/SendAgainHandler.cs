using System.Net;

namespace TaskAspire.Tests.Api;

/// <summary>Does as a 503 says: sends the request again after the time in <c>Retry-After</c>, until the client's timeout.</summary>
internal sealed class SendAgainHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response is not { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter.Delta: { } delay })
            {
                return response;
            }

            response.Dispose();
            await Task.Delay(delay, cancellationToken);
        }
    }
}
