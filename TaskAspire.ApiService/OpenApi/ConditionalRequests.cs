using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>Operations on something that has an entity tag (RFC 9110 §8.8.3, §13.1).</summary>
internal static class ConditionalRequests
{
    /// <summary>Says that answers carry an <c>ETag</c>; that a GET honours <c>If-None-Match</c>, and any other method <c>If-Match</c>.</summary>
    public static TBuilder HasETag<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ETagMetadata(Conditional: true));

    /// <summary>Says that the answer carries an <c>ETag</c>, and that there is nothing yet to set a condition on.</summary>
    public static TBuilder MakesETag<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ETagMetadata(Conditional: false));

    public static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ETagMetadata>().LastOrDefault() is not { } metadata)
        {
            return;
        }

        foreach (var answer in operation.Successes().Where(a => a.Content is { Count: > 0 }))
        {
            answer.AddHeader(HeaderNames.ETag, context.Document);
        }

        if (!metadata.Conditional)
        {
            return;
        }

        operation.Parameters ??= [];
        if (context.Description.HttpMethod == HttpMethods.Get)
        {
            operation.Parameters.Add(Header(HeaderNames.IfNoneMatch, "The ETag of the state that the client has: when it is still current, the answer is 304 without a body."));
            var notModified = new OpenApiResponse { Description = "Not Modified: the client's state, named in If-None-Match, is current." };
            notModified.AddHeader(HeaderNames.ETag, context.Document);
            operation.Responses![StatusCodes.Status304NotModified.ToString(CultureInfo.InvariantCulture)] = notModified;
        }
        else
        {
            operation.Parameters.Add(Header(HeaderNames.IfMatch, "The ETag of the state that the change is meant for: when it is another by now, nothing is changed and the answer is 412."));
            operation.AddProblem(StatusCodes.Status412PreconditionFailed, context.Document);
        }
    }

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = CommonAnswers.ETagExample,
    };

    private sealed record ETagMetadata(bool Conditional);
}
