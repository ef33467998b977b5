using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using TaskAspire.ApiService.Tasks.Bulk;
using TaskAspire.ApiService.Webhooks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>
/// One type, one name. Parameters, lists of words, and what merge patches and bulk requests are made of stand in the document written out,
/// of which each place would be a type of its own in a client: the status of a task that was read could not be asked for, nor sent.
/// </summary>
internal static class SharedSchemas
{
    public static void Describe(OpenApiDocument document)
    {
        document.AddComponent<IOpenApiSchema>("EventType", SchemaWords.Schema(WebhookEventTypes.All, "A type of event."));
        document.AddComponent<IOpenApiSchema>("EventSelector", SchemaWords.Schema(WebhookRules.EventWords, "A type of event, all of a kind, or all there are."));
        var schemas = document.Components!.Schemas!;
        var names = new Names(document);
        foreach (var schema in schemas.Values.ToList())
        {
            names.ReferIn(schema);
        }

        // The generator does not tell of an object's property that it can be null.
        var operation = schemas[nameof(BulkOperation)].Properties!;
        foreach (var part in (string[])["task", "patch"])
        {
            operation[part] = RequestSchemas.OrNull(operation[part]);
        }

        foreach (var parameter in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>())
            .SelectMany(route => route.Parameters ?? []))
        {
            names.ReferIn(parameter.Schema);
        }
    }

    private sealed class Names(OpenApiDocument document)
    {
        /// <summary>Where the generator notes which type a schema is of.</summary>
        private const string TypeName = "x-schema-id";

        private readonly Dictionary<string, string> _byWords = document.Components!.Schemas!.Where(s => s.Value.Enum is { Count: > 0 })
            .ToDictionary(s => WordsOf(s.Value), s => s.Key, StringComparer.Ordinal);

        public void ReferIn(IOpenApiSchema? schema)
        {
            if (schema is not OpenApiSchema own)
            {
                return;
            }

            foreach (var (name, property) in own.Properties?.ToList() ?? [])
            {
                own.Properties![name] = Referred(property);
            }

            own.Items = own.Items is null ? null : Referred(own.Items);
        }

        private IOpenApiSchema Referred(IOpenApiSchema schema)
        {
            if (schema is OpenApiSchema own && NameOf(own) is { } name)
            {
                // What the type says of itself need not be said where it stands.
                var said = own.Description == document.Components!.Schemas![name].Description ? null : own.Description;
                var reference = new OpenApiSchemaReference(name, document) { Description = said };
                return own.Type?.HasFlag(JsonSchemaType.Null) == true ? RequestSchemas.OrNull(reference) : reference;
            }

            ReferIn(schema);
            return schema;
        }

        private string? NameOf(OpenApiSchema schema)
        {
            if (schema.Enum is { Count: > 0 })
            {
                return _byWords.GetValueOrDefault(WordsOf(schema));
            }

            if (schema.Type?.HasFlag(JsonSchemaType.Object) != true || schema.Properties is not { Count: > 0 }
                || schema.Metadata?.TryGetValue(TypeName, out var type) != true || type is not string { Length: > 0 } name)
            {
                return null;
            }

            if (!document.Components!.Schemas!.ContainsKey(name))
            {
                document.AddComponent<IOpenApiSchema>(name, schema);
                ReferIn(schema);
            }

            return name;
        }

        private static string WordsOf(IOpenApiSchema schema) => string.Join(' ', schema.Enum!.OfType<JsonValue>().Where(w => w.GetValueKind() == JsonValueKind.String));
    }
}
