using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>What attributes cannot say of a <see cref="WebhookRequest"/>.</summary>
internal static class WebhookRules
{
    /// <summary>Most categories, and most tags, that an endpoint can be told of.</summary>
    public const int MaxFilters = 50;

    /// <summary>Most event types in a list: more than there are, and few enough to say what is wrong with each.</summary>
    public const int MaxEvents = 50;

    /// <summary>Words that stand for several event types (<c>task.*</c>), and those that stand for one.</summary>
    public static IReadOnlyList<string> EventWords { get; } =
        [.. WebhookEventTypes.All, .. WebhookEventTypes.All.Select(type => type.Split('.')[0] + ".*").Distinct(), "*"];

    public static IEnumerable<ValidationResult> Check(WebhookRequest request) =>
    [
        .. CheckEvents(request.Events, "Events"),
        .. TagNames.CheckEach(request.Tags),
        .. request.Headers is { } headers ? CheckHeaders(headers) : [],
    ];

    public static IEnumerable<ValidationResult> CheckEvents(IReadOnlyList<string> events, string field)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (!EventWords.Contains(events[i]))
            {
                yield return Wrong($"There is no such event type; there are {string.Join(", ", EventWords)}.", $"{field}[{i}]");
            }
        }
    }

    private static IEnumerable<ValidationResult> CheckHeaders(IReadOnlyDictionary<string, string> headers)
    {
        if (headers.Count > WebhookHeaders.MaxCount)
        {
            yield return Wrong($"Give at most {WebhookHeaders.MaxCount} headers.", "Headers");
            yield break;
        }

        foreach (var same in headers.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(names => names.Count() > 1))
        {
            yield return Wrong($"{same.Key}: The header is given twice (upper and lower case are equal).", "Headers");
        }

        foreach (var (name, value) in headers)
        {
            if (WebhookHeaders.ProblemOf(name, value) is { } problem)
            {
                yield return Wrong($"{name}: {problem}", "Headers");
            }
        }
    }

    private static ValidationResult Wrong(string message, string field) => new(message, [field]);
}
