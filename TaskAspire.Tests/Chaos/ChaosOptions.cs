namespace TaskAspire.Tests.Chaos;

/// <summary>What a run of <see cref="ChaosRun"/> does. The defaults are a small run, which the tests can afford several times a day.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Events, each for one endpoint: a quarter to the healthy ones alone, a quarter to all, and half to all amid disruptions.</summary>
    public int Deliveries { get; init; } = 600;

    public int Endpoints { get; init; } = 20;

    /// <summary>Endpoints that refuse the connection.</summary>
    public int Dead { get; init; } = 2;

    /// <summary>Endpoints that take a second to answer.</summary>
    public int Slow { get; init; } = 2;

    /// <summary>Endpoints of whose answers half are 503.</summary>
    public int Flaky { get; init; } = 2;

    public int Dispatchers { get; init; } = 3;

    /// <summary>Times that a dispatcher is killed (SIGKILL) and started again.</summary>
    public int Kills { get; init; } = 1;

    /// <summary>Times that PostgreSQL is killed (SIGKILL) and comes back.</summary>
    public int DatabaseCrashes { get; init; } = 1;

    /// <summary>Times that PostgreSQL is shut down and started again.</summary>
    public int DatabaseRestarts { get; init; }

    /// <summary>Times that the network between dispatchers and receiver is cut for a moment.</summary>
    public int Cuts { get; init; } = 1;

    /// <summary>Events per second.</summary>
    public int Rate { get; init; } = 60;

    /// <summary>How long everything may take to arrive once the disruptions are over.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Decides what happens when, and which answers fail.</summary>
    public int Seed { get; init; } = 1;
}
