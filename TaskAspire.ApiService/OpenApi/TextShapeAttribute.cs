using System.Diagnostics.CodeAnalysis;
using Microsoft.OpenApi;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>
/// What any text of the field's kind looks like, where code that knows the kind (a rule, a time zone, an address) decides whether it is one: a pattern
/// cannot, but says what is certainly none.
/// </summary>
/// <param name="maxLength">Most characters.</param>
/// <param name="pattern">What it looks like.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TextShapeAttribute(int maxLength, [StringSyntax(StringSyntaxAttribute.Regex)] string pattern) : Attribute, ISchemaRule
{
    public void Describe(OpenApiSchema schema)
    {
        schema.MinLength = 1;
        schema.MaxLength = maxLength;
        schema.Pattern = pattern;
    }
}
