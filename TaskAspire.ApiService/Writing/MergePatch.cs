using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Writing;

/// <summary>
/// JSON merge patch (RFC 7396): the patch is laid over the current state, as JSON, and the outcome is read and validated as if
/// it had been sent as a whole. So a field not sent is not touched, null clears, and the same rules hold as for PUT.
/// </summary>
internal static class MergePatch
{
    /// <exception cref="BadHttpRequestException">The outcome is not a <typeparamref name="T"/>; the field is in the inner exception.</exception>
    public static T Apply<T>(T current, JsonObject patch)
    {
        var target = JsonSerializer.SerializeToNode(current, ApiJson.Options)!.AsObject();
        try
        {
            RequireKnown(target, patch);
            Merge(target, patch);
            return target.Deserialize<T>(ApiJson.Options)!;
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException("The patch does not fit.", StatusCodes.Status400BadRequest, exception);
        }
    }

    /// <summary>A name that nothing has would go unnoticed where its value is null, which removes it.</summary>
    private static void RequireKnown(JsonObject target, JsonObject patch)
    {
        if (patch.FirstOrDefault(member => !target.ContainsKey(member.Key)).Key is { } unknown)
        {
            throw new JsonException(JsonProblems.NoSuchField(unknown), "$." + unknown, null, null);
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                // An optional field is null when it is not there, and a required one says so itself.
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner:
                    // Into an empty one where there is none: what it removes is not there.
                    if (target[name] is not JsonObject existing)
                    {
                        target[name] = existing = [];
                    }

                    Merge(existing, inner);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}
