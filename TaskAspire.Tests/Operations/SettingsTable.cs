using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Extensions.Options;

namespace TaskAspire.Tests.Operations;

/// <summary>The options of both services as the rows of a table, from their properties, attributes and doc comments.</summary>
internal static partial class SettingsTable
{
    private const string Empty = "none";

    /// <summary>Documented by the framework; it is not ours to quote.</summary>
    private static readonly Dictionary<string, (string Range, string Text)> Inherited = new()
    {
        ["RequiredLength"] = ("6 to 128", "Fewest characters of a new password."),
        ["RequiredUniqueChars"] = ("1 to `RequiredLength`", "Fewest different characters."),
        ["RequireNonAlphanumeric"] = ("", "Whether one must be neither letter nor digit."),
        ["RequireLowercase"] = ("", "Whether one must be a lower-case letter."),
        ["RequireUppercase"] = ("", "Whether one must be an upper-case letter."),
        ["RequireDigit"] = ("", "Whether one must be a digit."),
    };

    private static readonly Dictionary<Assembly, string> Readers = new()
    {
        [typeof(ApiService.Auth.JwtOptions).Assembly] = "API",
        [typeof(WebhookDispatcher.Configuration.DispatcherOptions).Assembly] = "dispatcher",
        [typeof(Data.DatabaseConnectionOptions).Assembly] = "both",
        [typeof(TaskAspire.ServiceDefaults.RunExtensions).Assembly] = "both",
    };

    public static string Build()
    {
        var rows = Readers.Keys.SelectMany(assembly => assembly.GetTypes().Where(IsOptions)).SelectMany(RowsOf).Order(StringComparer.Ordinal);
        return string.Join('\n', ["| Setting | Default | Range | Read by | |", "|---|---|---|---|---|", .. rows]);
    }

    private static bool IsOptions(Type type) =>
        type is { IsClass: true, Namespace: { } space } && space.StartsWith("TaskAspire.", StringComparison.Ordinal) && type.Name.EndsWith("Options", StringComparison.Ordinal) && SectionOf(type) is not null;

    private static string? SectionOf(Type type) => type.GetField("Section", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.GetRawConstantValue() as string;

    private static IEnumerable<string> RowsOf(Type type)
    {
        // Redis is the API's alone.
        var reader = SectionOf(type) == "Redis" ? "API" : Readers[type.Assembly];
        return RowsOf(Activator.CreateInstance(type, nonPublic: true)!, SectionOf(type)!, string.Empty, reader);
    }

    private static IEnumerable<string> RowsOf(object options, string path, string above, string reader)
    {
        foreach (var property in options.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var key = $"{path}:{property.Name}";
            var value = property.GetValue(options);
            if (property.IsDefined(typeof(ValidateObjectMembersAttribute)))
            {
                foreach (var inner in RowsOf(value!, key, DocumentationOf(property, "summary") + " ", reader))
                {
                    yield return inner;
                }
            }
            else
            {
                var initial = Render(value);
                var inherited = Inherited.GetValueOrDefault(property.Name);
                var text = inherited.Text ?? DocumentationOf(property, "summary") + (initial == Empty ? " " + DocumentationOf(property, "value") : string.Empty);
                yield return $"| `{key}` | {(initial == Empty ? initial : $"`{initial}`")} | {inherited.Range ?? RangeOf(property)} | {reader} | {above}{text} |";
            }
        }
    }

    private static string RangeOf(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is not { } range ? string.Empty
        : range.OperandType == typeof(TimeSpan) ? $"`{Span(range.Minimum)}` to `{Span(range.Maximum)}`"
        : $"{Convert.ToString(range.Minimum, CultureInfo.InvariantCulture)} to {Convert.ToString(range.Maximum, CultureInfo.InvariantCulture)}";

    private static string Span(object text) => Render(TimeSpan.Parse((string)text, CultureInfo.InvariantCulture));

    private static string Render(object? value) => value switch
    {
        null or ICollection { Count: 0 } => Empty,
        TimeSpan span => Zeros().Replace(span.ToString("c", CultureInfo.InvariantCulture), string.Empty),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string DocumentationOf(PropertyInfo property, string tag)
    {
        var type = property.DeclaringType!;
        var file = XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml"));
        var member = file.Descendants("member").SingleOrDefault(candidate => candidate.Attribute("name")?.Value == $"P:{type.FullName}.{property.Name}");
        var element = member?.Element(tag) ?? throw new InvalidOperationException($"{type.Name}.{property.Name} has no <{tag}>.");
        return Spaces().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
        XElement { Name.LocalName: "i" } emphasis => $"*{emphasis.Value}*",
        _ => throw new InvalidOperationException($"{node} has no form in the table yet."),
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>Ends of a second's fraction.</summary>
    [GeneratedRegex(@"(?<=\.\d+?)0+$")]
    private static partial Regex Zeros();
}
