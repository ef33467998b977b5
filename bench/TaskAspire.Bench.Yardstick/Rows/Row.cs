using System.Globalization;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>A line of the table.</summary>
/// <param name="Path">What was measured.</param>
/// <param name="Bound">What is asked for.</param>
/// <param name="Measured">What came out.</param>
/// <param name="Holds">Whether that is enough; null for what is only told.</param>
/// <param name="Detail">Figures behind it.</param>
internal sealed record Row(string Path, string Bound, string Measured, bool? Holds, string Detail)
{
    public static string Number(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>Numbers of several rounds.</summary>
internal static class Rounds
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
