using System.CommandLine;
using TaskAspire.Bench.Claims;
using TaskAspire.Bench.Memory;
using TaskAspire.Bench.Throughput;
using TaskAspire.Bench.Chaos;

var root = new RootCommand("Measures what the webhook dispatcher claims. Each command starts a PostgreSQL of its own, and ends with code 1 when a claim does not hold.")
{
    ChaosCommand.Create(),
    ThroughputCommand.Create(),
    ClaimCommand.Create(),
    LatenessCommand.Create(),
    MemoryCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
