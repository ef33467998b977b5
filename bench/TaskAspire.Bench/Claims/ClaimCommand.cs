using System.CommandLine;
using System.Globalization;

namespace TaskAspire.Bench.Claims;

/// <summary><c>claim</c>: what a claim costs when little and when very much waits for later.</summary>
internal static class ClaimCommand
{
    private const double Limit = 1.2;

    public static Command Create()
    {
        var future = new Option<int>("--future") { Description = "Deliveries, and reminders, that wait for later.", DefaultValueFactory = _ => 1_000_000 };
        var few = new Option<int>("--few") { Description = "The same, to compare with.", DefaultValueFactory = _ => 1000 };
        var claims = new Option<int>("--claims") { Description = "Claims measured of each kind.", DefaultValueFactory = _ => 300 };
        var command = new Command("claim", "Blocks and time of a claim with few and with very many future deliveries and reminders.") { future, few, claims };
        command.SetAction((result, token) => RunAsync(result.GetValue(few), result.GetValue(future), result.GetValue(claims), token));
        return command;
    }

    private static async Task<int> RunAsync(int few, int future, int claims, CancellationToken cancellationToken)
    {
        await using var laboratory = await Laboratory.OpenAsync(cancellationToken);
        await using var bench = await ClaimBench.CreateAsync(laboratory);
        await bench.AddFutureAsync(few, cancellationToken);
        var before = await bench.MeasureAsync(claims, cancellationToken);
        Tell(few, before);
        await bench.AddFutureAsync(future - few, cancellationToken);
        var after = await bench.MeasureAsync(claims, cancellationToken);
        Tell(future, after);

        return Compare("blocks of a claim of deliveries", before.Deliveries.Blocks, after.Deliveries.Blocks)
            & Compare("time of a claim of deliveries", before.Deliveries.Milliseconds, after.Deliveries.Milliseconds)
            & Compare("blocks of a claim of reminders", before.Reminders.Blocks, after.Reminders.Blocks)
            & Compare("time to fire reminders", before.Reminders.Milliseconds, after.Reminders.Milliseconds)
            ? 0
            : 1;
    }

    private static void Tell(int future, (ClaimCost Deliveries, ClaimCost Reminders) cost) => Laboratory.Say(string.Create(
        CultureInfo.InvariantCulture,
        $"{future,9:#,0} future of each: deliveries {cost.Deliveries.Blocks:0} blocks, {cost.Deliveries.Milliseconds:0.00} ms; reminders {cost.Reminders.Blocks:0} blocks, {cost.Reminders.Milliseconds:0.00} ms (medians, {ClaimBench.Due} due)"));

    private static bool Compare(string what, double before, double after) => Laboratory.Claim(
        after <= before * Limit, string.Create(CultureInfo.InvariantCulture, $"{what}: {after / before:0.00} × (wanted: at most {Limit} ×)"));
}
