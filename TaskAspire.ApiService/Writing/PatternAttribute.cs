using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace TaskAspire.ApiService.Writing;

/// <summary>What a text must look like. (<see cref="RegularExpressionAttribute"/> by itself lets an empty text pass any pattern.)</summary>
/// <param name="pattern">The regular expression, from ^ to $, in what .NET and ECMAScript have in common.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PatternAttribute([StringSyntax(StringSyntaxAttribute.Regex)] string pattern) : RegularExpressionAttribute(pattern)
{
    public override bool IsValid(object? value) => value is not "" && base.IsValid(value);
}
