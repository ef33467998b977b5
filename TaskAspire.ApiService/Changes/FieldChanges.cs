using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Changes;

/// <summary>What of something changed: field to <c>{ "from", "to" }</c>.</summary>
internal static class FieldChanges
{
    /// <summary>The fields that differ; empty when nothing was changed.</summary>
    /// <param name="before">As it was answered.</param>
    /// <param name="after">As it is answered now.</param>
    /// <param name="silent">Fields that say nothing new.</param>
    public static JsonObject Between<T>(T before, T after, IReadOnlyCollection<string> silent)
    {
        var from = JsonSerializer.SerializeToNode(before, ApiJson.Options)!.AsObject();
        var to = JsonSerializer.SerializeToNode(after, ApiJson.Options)!.AsObject();
        var result = new JsonObject();
        foreach (var (name, value) in to)
        {
            if (!silent.Contains(name) && !JsonNode.DeepEquals(value, from[name]))
            {
                result[name] = new JsonObject { ["from"] = from[name]?.DeepClone(), ["to"] = value?.DeepClone() };
            }
        }

        return result;
    }
}
