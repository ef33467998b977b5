using Microsoft.OpenApi;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>What the areas are that operations are sorted into (OpenAPI's tags).</summary>
internal static class Areas
{
    /// <summary>What is sent, rather than asked for.</summary>
    public const string Events = "Events";

    private static readonly Dictionary<string, string> Descriptions = new()
    {
        ["Auth"] = "Accounts, access and refresh tokens, and the sessions that they belong to.",
        ["API keys"] = "Credentials for programs, with scopes. A key is shown once.",
        ["Tasks"] = "Tasks with reminders, recurrence, subtasks, history and a trash.",
        ["Categories"] = "A task has one or none.",
        ["Tags"] = "A task has any number; a tag is made by its first use.",
        ["Sync"] = "Copies that stay current: every change once, asked for or as it happens (docs/sync.md).",
        ["Webhooks"] = "Endpoints that are told of events, and what became of each delivery (docs/webhooks.md).",
        ["Export and import"] = "All tasks of a user as JSON, CSV or iCalendar.",
        [Events] = "What endpoints are sent, as signed POSTs (docs/webhooks.md).",
    };

    /// <summary>Describes all that are in use, in the order of the list; one that nobody described is an error.</summary>
    public static void Describe(OpenApiDocument document)
    {
        var used = (document.Tags ?? new HashSet<OpenApiTag>()).Select(tag => tag.Name!).Append(Events).ToHashSet(StringComparer.Ordinal);
        document.Tags = Descriptions.Where(area => used.Remove(area.Key)).Select(area => new OpenApiTag { Name = area.Key, Description = area.Value }).ToHashSet();
        if (used.Count > 0)
        {
            throw new InvalidOperationException($"{nameof(Areas)} has no description of {string.Join(", ", used)}.");
        }
    }
}
