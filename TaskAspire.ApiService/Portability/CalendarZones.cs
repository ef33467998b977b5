using System.Collections.Frozen;
using NodaTime.TimeZones;
using TaskAspire.ApiService.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>The names that programs give time zones in iCalendar, where they are free to (RFC 5545 §3.2.19).</summary>
internal static class CalendarZones
{
    /// <summary>No zone has a longer name, in characters. What an import calls one may be megabytes, with a slash in every place.</summary>
    private const int LongestName = 50;

    /// <summary>Outlook and Exchange name zones as Windows does.</summary>
    private static readonly FrozenDictionary<string, string> WindowsNames =
        TzdbDateTimeZoneSource.Default.WindowsToTzdbIds.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The IANA zone that is meant; null where the name does not tell.</summary>
    public static string? Find(string? name)
    {
        if (name is null)
        {
            return null;
        }

        // A name that is good everywhere begins with a slash and who says so: /freeassociation.sourceforge.net/Europe/Berlin.
        if (name.StartsWith('/'))
        {
            for (var slash = name.IndexOf('/', Math.Max(0, name.Length - 1 - LongestName)); slash >= 0; slash = name.IndexOf('/', slash + 1))
            {
                if (TimeZones.Find(name[(slash + 1)..]) is { } zone)
                {
                    return zone;
                }
            }
        }

        return TimeZones.Find(name) ?? TimeZones.Find(WindowsNames.GetValueOrDefault(name));
    }
}
