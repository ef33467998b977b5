using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Webhooks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>The events as OpenAPI has them (3.1, <c>webhooks</c>), so that a receiver's types are generated from the same document as a client's.</summary>
internal static class EventOperations
{
    private const string MediaType = "application/json";

    /// <summary>What a delivery has beside its body. docs/webhooks.md says more.</summary>
    private static readonly (string Name, string Description, string Example, bool Always)[] Headers =
    [
        ("webhook-id", "Id of the event, the same at every attempt: the key against duplicates.", "01980f6e-7c1a-7d3e-9f7b-2a4c6e8d0f12", true),
        ("webhook-timestamp", "When this attempt was made, in Unix seconds. Refuse one that is further than 5 minutes from your clock.", "1793012400", true),
        ("webhook-signature", "Standard Webhooks: v1,<base64 of HMAC-SHA256> of id, timestamp and body, with dots between; two, separated by a space, while a rotated secret is good.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", true),
        ("X-Webhook-Signature", "HMAC-SHA256 of the body, in lower-case hexadecimal.", "6ee8efc1c5e9f4d9ff1c3fb4a9ad9be4ea1cf5b6e5ae2f13b3cb1b6c6ed4a1f0", true),
        ("User-Agent", "The program that sends it, and its version.", "TaskAspire-Webhooks/1.0.0", true),
        ("X-API-Key", "The endpoint's apiKey, else the server's; left out when there is neither.", "the-receiver-knows-it", false),
        ("traceparent", "W3C trace context of the request that caused the event.", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
    ];

    public static void Describe(OpenApiDocument document)
    {
        DescribeCatalogue(document);
        document.Webhooks = new Dictionary<string, IOpenApiPathItem>();
        foreach (var type in EventCatalogue.All)
        {
            document.AddComponent<IOpenApiSchema>(SchemaName(type.Name), SchemaOf(type, document));
            document.Webhooks[type.Name] = new OpenApiPathItem { Operations = new() { [HttpMethod.Post] = OperationOf(type, document) } };
        }
    }

    /// <summary>Words for fields of these names would speak of other things.</summary>
    private static void DescribeCatalogue(OpenApiDocument document)
    {
        var catalogue = document.Paths.Values.SelectMany(path => path.Operations!.Values).Single(operation => operation.OperationId == "listWebhookEventTypes");
        var example = new EventTypeListResponse([EventCatalogue.All.Single(type => type.Name == WebhookEventTypes.WebhookTest)]);
        catalogue.Responses!["200"].Content![MediaType].Example = JsonSerializer.SerializeToNode(example, ApiJson.Options);
    }

    private static OpenApiOperation OperationOf(EventTypeResponse type, OpenApiDocument document) => new()
    {
        OperationId = $"on{PascalCase(type.Name)}",
        Summary = type.Name,
        Description = type.Description,
        Tags = new HashSet<OpenApiTagReference> { new(Areas.Events, document) },
        // A delivery carries a signature in place of a credential.
        Security = [],
        Parameters = [.. Headers.Select(header => new OpenApiParameter
        {
            Name = header.Name,
            In = ParameterLocation.Header,
            Required = header.Always,
            Description = header.Description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Example = header.Example,
        })],
        RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [MediaType] = new() { Schema = new OpenApiSchemaReference(SchemaName(type.Name), document), Example = type.Example.DeepClone() },
            },
        },
        Responses = new OpenApiResponses
        {
            ["2XX"] = new OpenApiResponse { Description = "It was taken. The body is kept, cut to 1 KiB, for the owner of the endpoint to see." },
            ["410"] = new OpenApiResponse { Description = "Never again: the endpoint is disabled." },
            ["default"] = new OpenApiResponse { Description = "It was not taken, and is sent again by the retry schedule; Retry-After is honoured. So is no answer within 10 seconds." },
        },
    };

    private static OpenApiSchema SchemaOf(EventTypeResponse type, OpenApiDocument document)
    {
        var json = type.Schema.DeepClone().AsObject();
        // A part of the document is of the document's dialect, and known by its place in it.
        json.Remove("$schema");
        json.Remove("$id");
        var schema = OpenApiModelFactory.Parse<OpenApiSchema>(json.ToJsonString(), OpenApiSpecVersion.OpenApi3_1, document, out _, OpenApiConstants.Json)!;
        schema.Description = type.Description;
        if (JsonNode.DeepEquals(json["properties"]!["data"], EventCatalogue.TaskSchema))
        {
            schema.Properties!["data"] = new OpenApiSchemaReference(nameof(TaskResponse), document);
        }

        return schema;
    }

    private static string SchemaName(string type) => $"{PascalCase(type)}Event";

    private static string PascalCase(string type) => string.Concat(type.Split('.').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
