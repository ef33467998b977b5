using Microsoft.OpenApi;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>Headers by name, which <see cref="WebhookHeaders"/> checks.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HeaderListAttribute : Attribute, ISchemaRule
{
    public void Describe(OpenApiSchema schema)
    {
        schema.MaxProperties = WebhookHeaders.MaxCount;
        schema.AdditionalProperties = new OpenApiSchema
        {
            Type = (schema.AdditionalProperties?.Type ?? JsonSchemaType.String) | JsonSchemaType.String,
            MinLength = 1,
            MaxLength = WebhookHeaders.ValueMaxLength,
            Pattern = "^[!-~]([ -~]*[!-~])?$",
        };
    }
}
