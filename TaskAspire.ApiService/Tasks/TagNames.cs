using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Rules for the names of tags.</summary>
internal static class TagNames
{
    /// <summary>Whether a tag can have this name.</summary>
    public static bool IsName(string? name) => !string.IsNullOrWhiteSpace(name) && name.CodePoints() <= Tag.NameMaxLength;

    /// <summary>Each by itself.</summary>
    public static IEnumerable<ValidationResult> CheckEach(IReadOnlyList<string> names) => names.Index().Where(tag => !IsName(tag.Item)).Select(tag => NoName(tag.Index));

    /// <summary>Those of a task, which carries none twice.</summary>
    public static IEnumerable<ValidationResult> Check(IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!IsName(names[i]))
            {
                yield return NoName(i);
            }
            else if (!seen.Add(NameKeys.Of(names[i])))
            {
                yield return new ValidationResult("The same tag is given twice (upper and lower case are equal).", [$"Tags[{i}]"]);
            }
        }
    }

    private static ValidationResult NoName(int index) => new("A tag must have 1 to 50 characters, not only white space.", [$"Tags[{index}]"]);
}
