using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks.Trash;

/// <summary>Where a page of the trash ended. Opaque to clients.</summary>
internal readonly record struct TrashCursor(DateTimeOffset DeletedAt, Guid Id) : IParsable<TrashCursor>
{
    private const char Separator = '.';

    public static TrashCursor After(TaskItem last) => new(last.DeletedAt!.Value, last.Id);

    public static TrashCursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("It is no cursor of the trash.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TrashCursor result)
    {
        result = default;
        var parts = s?.Split(Separator) ?? [];
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) || ticks > DateTimeOffset.MaxValue.Ticks
            || !Guid.TryParseExact(parts[1], "N", out var id))
        {
            return false;
        }

        result = new TrashCursor(new DateTimeOffset(ticks, TimeSpan.Zero), id);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{DeletedAt.UtcTicks}{Separator}{Id:N}");
}
