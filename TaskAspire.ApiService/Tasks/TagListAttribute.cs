using Microsoft.OpenApi;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>A list of names of tags, which <see cref="TagNames"/> checks.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TagListAttribute : Attribute, ISchemaRule
{
    /// <summary>Whether none may be given twice.</summary>
    public bool Unique { get; init; } = true;

    public void Describe(OpenApiSchema schema)
    {
        schema.UniqueItems = Unique ? true : null;
        schema.Items = Item();
    }

    /// <summary>The name of a tag.</summary>
    public static OpenApiSchema Item() => new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Tag.NameMaxLength, Pattern = FieldRules.NotBlank };
}
