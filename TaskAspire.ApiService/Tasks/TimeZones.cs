using System.Collections.Frozen;
using NodaTime;

namespace TaskAspire.ApiService.Tasks;

/// <summary>The names of time zones.</summary>
internal static class TimeZones
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameMaxLength = 64;

    // Not what the machine finds: it looks for a file, so it finds Europe//Berlin and posix/UTC, too. What NodaTime knows, an export can also define.
    // Factory is the zone of a clock that nobody has set.
    private static readonly FrozenSet<string> Names = DateTimeZoneProviders.Tzdb.Ids.Where(id => id != "Factory").ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>A name of the IANA database, old ones included, as it is written there; null for what is not one, whatever its case.</summary>
    public static string? Find(string? name) =>
        name is not null && Names.TryGetValue(name, out var known) && TimeZoneInfo.TryFindSystemTimeZoneById(known, out _) ? known : null;
}
