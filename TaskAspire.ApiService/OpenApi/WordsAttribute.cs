using Microsoft.OpenApi;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>The words that a field can have, or the items of a list.</summary>
/// <param name="words">All there are.</param>
[AttributeUsage(AttributeTargets.Property)]
internal class WordsAttribute(params string[] words) : Attribute, ISchemaRule
{
    public void Describe(OpenApiSchema schema)
    {
        var target = schema.Items is OpenApiSchema items ? items : schema;
        target.Enum = SchemaWords.Of(words);
    }
}
