using System.Runtime.CompilerServices;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// The framework's output cache collects each answer that it stores in pieces of 80 kB, allocated each time. A page of 20 tasks has 12 kB: the rest was
/// half of what a list allocated, and a twentieth of its time (bench/results). How large the pieces are is a setting of the framework's, but not a public one.
/// </summary>
internal static class OutputCacheSegments
{
    /// <summary>A page of 20 tasks in one, one of 100 in four.</summary>
    internal const int Bytes = 16 * 1024;

    /// <returns>Whether the framework still has the setting. Without it all is as well, but slower.</returns>
    public static bool TryShrink()
    {
        try
        {
            SetBodySegmentSize(null, Bytes);
            return true;
        }
        catch (Exception exception) when (exception is TypeLoadException or MissingMemberException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "set_BodySegmentSize")]
    private static extern void SetBodySegmentSize(
        [UnsafeAccessorType("Microsoft.AspNetCore.OutputCaching.StreamUtilities, Microsoft.AspNetCore.OutputCaching")] object? type, int value);
}
