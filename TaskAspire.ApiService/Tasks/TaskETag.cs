using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// The entity tag of a task (RFC 9110 §8.8.3): its version, and a hash of the names it shows but does not own. Renaming a
/// category changes what a client gets to see of a task without changing the task.
/// </summary>
internal static class TaskETag
{
    private const int DigestBytes = 8;

    public static string Of(TaskResponse task) => Of(task.Version, task.Category?.Name, task.Tags);

    public static string Of(long version, string? category, IReadOnlyList<string> tags)
    {
        if (category is null && tags.Count == 0)
        {
            return $"\"{version}\"";
        }

        var names = string.Join('\0', tags.Prepend(category ?? ""));
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(names)).AsSpan(0, DigestBytes);
        return $"\"{version}-{Convert.ToHexStringLower(digest)}\"";
    }

    /// <summary>Whether a write may go ahead: no <c>If-Match</c> was sent, or the current tag is in it (strong comparison).</summary>
    public static bool Allows(StringValues ifMatch, TaskResponse task) => EntityTags.Allow(ifMatch, Of(task));
}
