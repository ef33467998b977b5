namespace TaskAspire.ApiService.Reading;

/// <summary>HEAD, wherever there is GET (RFC 9110 §9.1). The answer is made as for GET, and the server keeps its body back.</summary>
internal static class HeadRequests
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>A group, nothing before its routes, whose routes that answer GET answer HEAD too.</summary>
    public static RouteGroupBuilder MapGroupWithHead(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("");
        ((IEndpointConventionBuilder)group).Add(AddHead);
        return group;
    }

    private static void AddHead(EndpointBuilder endpoint)
    {
        for (var i = 0; i < endpoint.Metadata.Count; i++)
        {
            if (endpoint.Metadata[i] is HttpMethodMetadata { HttpMethods: [var method] } && HttpMethods.IsGet(method))
            {
                endpoint.Metadata[i] = new HttpMethodMetadata(Methods);
            }
        }
    }
}
