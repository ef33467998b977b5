using Microsoft.OpenApi;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>An attribute of a request's field that has a rule for it, and tells the API's document of it.</summary>
internal interface ISchemaRule
{
    /// <summary>Puts the rule into the schema of the field.</summary>
    void Describe(OpenApiSchema schema);
}
