using System.Text.Json;

namespace TaskAspire.ApiService.Changes;

/// <summary>A field before and after a change.</summary>
/// <param name="From">Before.</param>
/// <param name="To">After.</param>
public sealed record FieldChange(JsonElement? From, JsonElement? To);
