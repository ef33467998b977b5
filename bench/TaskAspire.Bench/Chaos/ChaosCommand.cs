using System.CommandLine;
using TaskAspire.Tests.Chaos;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Bench.Chaos;

/// <summary><c>chaos</c>: what <c>TaskAspire.Tests/Chaos</c> does, at length.</summary>
internal static class ChaosCommand
{
    // Shorter lags say nothing about endpoints that hold each other up.
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var deliveries = new Option<int>("--deliveries") { Description = "Events to healthy endpoints.", DefaultValueFactory = _ => 20_000 };
        var rate = new Option<int>("--rate") { Description = "Events to healthy endpoints per second.", DefaultValueFactory = _ => 200 };
        var kills = new Option<int>("--kills") { Description = "Dispatchers killed.", DefaultValueFactory = _ => 6 };
        var cuts = new Option<int>("--cuts") { Description = "Cuts of the network.", DefaultValueFactory = _ => 3 };
        var seed = new Option<int>("--seed") { Description = "Decides what happens when.", DefaultValueFactory = _ => Random.Shared.Next(1_000_000) };
        var command = new Command("chaos", "Kills dispatchers and PostgreSQL and cuts the network; nothing may be lost, little may come twice.") { deliveries, rate, kills, cuts, seed };
        command.SetAction((result, token) => RunAsync(
            new ChaosOptions
            {
                Deliveries = result.GetValue(deliveries),
                Rate = result.GetValue(rate),
                Endpoints = 50,
                Dead = 5,
                Slow = 5,
                Flaky = 5,
                Kills = result.GetValue(kills),
                DatabaseCrashes = 1,
                DatabaseRestarts = 1,
                Cuts = result.GetValue(cuts),
                Settle = TimeSpan.FromMinutes(3),
                Seed = result.GetValue(seed),
            },
            token));
        return command;
    }

    private static async Task<int> RunAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        Laboratory.Say(options.ToString());
        await using var backing = new BackingServices();
        var report = await ChaosRun.RunAsync(backing, options, Laboratory.Say, cancellationToken);
        Laboratory.Say($"Lag of healthy endpoints alone:       {report.Control}");
        Laboratory.Say($"Lag of healthy endpoints beside sick: {report.BesideSick}");
        Laboratory.Say($"Lag of healthy endpoints amid it all: {report.AmidDisruptions}");
        var limit = Max(report.Control.P99, Floor) * 2;
        bool[] claims =
        [
            Laboratory.Claim(report.Missing == 0, $"every one of {Laboratory.Number(report.Expected)} events reached its healthy endpoint ({report.Missing} missing)"),
            Laboratory.Claim(report.DuplicateShare < 0.01, $"under 1 % came twice ({report.Duplicates}, {report.DuplicateShare:P3})"),
            Laboratory.Claim(report.WrongIds == 0, "each with the webhook-id of its event"),
            Laboratory.Claim(report.BesideSick.P99 < limit, $"sick endpoints do not delay healthy ones (p99 under {limit.TotalMilliseconds:0} ms)"),
        ];
        return claims.All(holds => holds) ? 0 : 1;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
