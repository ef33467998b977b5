using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>Tells the document of the rules for a request's field, so that what breaks them is known to be refused before it is sent.</summary>
internal static class FieldRules
{
    /// <summary>At least one character that is no white space, to ECMAScript and .NET, and none that PostgreSQL cannot store.</summary>
    public const string NotBlank = @"^[^\u0000]*[^\s\u0000\u0085][^\u0000]*$";

    public static void Describe(OpenApiSchema schema, JsonPropertyInfo field)
    {
        if (field.AttributeProvider is not PropertyInfo property)
        {
            return;
        }

        Describe(schema, property);
        if (property.DeclaringType?.GetCustomAttribute<RulesOfAttribute>()?.Request.GetProperty(property.Name) is { } model)
        {
            Describe(schema, model);
            if (model.IsDefined(typeof(RequiredMemberAttribute)))
            {
                // What has to be there cannot be cleared either.
                schema.Type &= ~JsonSchemaType.Null;
            }
        }
    }

    private static void Describe(OpenApiSchema schema, PropertyInfo property)
    {
        foreach (var rule in property.GetCustomAttributes())
        {
            switch (rule)
            {
                case ISchemaRule own:
                    own.Describe(schema);
                    break;
                case RequiredAttribute when property.PropertyType == typeof(string):
                    schema.MinLength ??= 1;
                    schema.Pattern ??= NotBlank;
                    break;
                case StringLengthAttribute length:
                    schema.MinLength = length.MinimumLength > 0 ? length.MinimumLength : schema.MinLength;
                    schema.MaxLength = length.MaximumLength;
                    break;
                case RegularExpressionAttribute pattern:
                    schema.Pattern = pattern.Pattern;
                    break;
                case RangeAttribute range:
                    schema.Minimum = Convert.ToString(range.Minimum, CultureInfo.InvariantCulture);
                    schema.Maximum = Convert.ToString(range.Maximum, CultureInfo.InvariantCulture);
                    break;
                case MinLengthAttribute min:
                    schema.MinItems = min.Length;
                    break;
                case MaxLengthAttribute max:
                    schema.MaxItems = max.Length;
                    break;
            }
        }
    }
}
