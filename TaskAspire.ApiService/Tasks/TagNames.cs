using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Rules for the names of tags on a task.</summary>
internal static class TagNames
{
    public static IEnumerable<ValidationResult> Check(IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(names[i]) || names[i].CodePoints() > Tag.NameMaxLength)
            {
                yield return new ValidationResult("A tag must have 1 to 50 characters, not only white space.", [$"Tags[{i}]"]);
            }
            else if (!seen.Add(NameKeys.Of(names[i])))
            {
                yield return new ValidationResult("The same tag is given twice (upper and lower case are equal).", [$"Tags[{i}]"]);
            }
        }
    }
}
