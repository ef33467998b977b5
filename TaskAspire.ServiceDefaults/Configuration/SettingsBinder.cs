using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>
/// Binds options one property after the other. The framework's binder ends at the first value that it cannot read, which hides the next, and passes
/// over those in a list, and over a list that is written as one value: a retry schedule with a mistyped wait would be a shorter one, without a word.
/// </summary>
internal static class SettingsBinder
{
    /// <summary>Sets what is configured. A value that is empty counts as not set.</summary>
    /// <returns>What cannot be read: a sentence each, which names the setting.</returns>
    public static IReadOnlyList<string> Bind(IConfigurationSection section, object options)
    {
        var problems = new List<string>();
        Bind(section, options, problems);
        return problems;
    }

    private static void Bind(IConfigurationSection section, object options, List<string> problems)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var setting = section.GetSection(property.Name);
            // What messages call it: spelled as in the documentation, however a variable spells it.
            var name = $"{section.Path}:{property.Name}";
            if (property.IsDefined(typeof(ValidateObjectMembersAttribute)))
            {
                Bind(setting, property.GetValue(options)!, problems);
            }
            else if (property.CanWrite && ElementOf(property.PropertyType) is { } element)
            {
                if (List(setting, name, element, problems) is { Count: > 0 } list)
                {
                    property.SetValue(options, property.PropertyType.IsArray ? ArrayOf(list, element) : list);
                }
            }
            else if (property.CanWrite && Value(setting, name, property.PropertyType, problems) is { } value)
            {
                property.SetValue(options, value);
            }
        }
    }

    private static Type? ElementOf(Type type) =>
        type.IsArray ? type.GetElementType() : type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) ? type.GenericTypeArguments[0] : null;

    private static IList List(IConfigurationSection setting, string name, Type element, List<string> problems)
    {
        if (!string.IsNullOrEmpty(setting.Value))
        {
            problems.Add($"{name} is a list. Name each of its entries, the first as {name}:0, which as a variable is {name.Replace(":", "__", StringComparison.Ordinal)}__0.");
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        foreach (var entry in setting.GetChildren())
        {
            if (Value(entry, $"{name}:{entry.Key}", element, problems) is { } value)
            {
                list.Add(value);
            }
        }

        return list;
    }

    private static Array ArrayOf(IList list, Type element)
    {
        var array = Array.CreateInstance(element, list.Count);
        list.CopyTo(array, 0);
        return array;
    }

    private static object? Value(IConfigurationSection setting, string name, Type type, List<string> problems)
    {
        if (string.IsNullOrEmpty(setting.Value))
        {
            return null;
        }

        try
        {
            return setting.Get(type);
        }
        catch (InvalidOperationException)
        {
            problems.Add($"{name} must be {Form(Nullable.GetUnderlyingType(type) ?? type)}.");
            return null;
        }
    }

    private static string Form(Type type) =>
        type == typeof(TimeSpan) ? "a time written [d.]hh:mm:ss, as 00:00:30"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) ? "a whole number"
        : type == typeof(double) ? "a number, as 0.5"
        : type == typeof(Uri) ? "a URL"
        : $"of the type {type.Name}";
}
