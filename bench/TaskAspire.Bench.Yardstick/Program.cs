using System.CommandLine;
using TaskAspire.Bench.Yardstick;
using TaskAspire.Bench.Yardstick.Scale;

var rounds = new Option<int>("--rounds") { Description = "Turns of floor and product each.", DefaultValueFactory = _ => 5 };
var seconds = new Option<double>("--seconds") { Description = "Seconds of each turn.", DefaultValueFactory = _ => 3 };
var connections = new Option<int>("--connections") { Description = "Requests open at a time.", DefaultValueFactory = _ => 32 };
var only = new Option<string[]>("--only") { Description = $"The rows to measure: {string.Join(", ", Measurement.Names)}.", AllowMultipleArgumentsPerToken = true };
var quick = new Option<bool>("--quick") { Description = "One round of a second, and the short rows: shows the direction, proves nothing." };
var data = new Option<string>("--data-dir")
{
    Description = "Where PostgreSQL and Redis keep the data; the next run finds it there.",
    DefaultValueFactory = _ => Path.Combine(Repository.Root, ".taskaspire", "bench"),
};
var root = new RootCommand("Measures the API beside the floor, and ends with code 1 when a bound is missed.") { rounds, seconds, connections, only, quick, data, ScaleCommand.Create(seconds, connections, data) };
root.SetAction(async (parsed, token) =>
{
    var isQuick = parsed.GetValue(quick);
    var settings = new Settings(
        isQuick ? 1 : parsed.GetValue(rounds), isQuick ? 1 : parsed.GetValue(seconds), parsed.GetValue(connections), parsed.GetValue(data)!,
        parsed.GetValue(only) ?? [], isQuick);
    try
    {
        return await Measurement.RunAsync(settings, token);
    }
    catch (YardstickException exception)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 2;
    }
});
return await root.Parse(args).InvokeAsync();
