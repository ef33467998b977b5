namespace TaskAspire.Bench.Yardstick;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">Turns of floor and product each.</param>
/// <param name="Seconds">Seconds of each.</param>
/// <param name="Connections">Requests open at a time.</param>
/// <param name="DataDirectory">Where the data is kept.</param>
/// <param name="Only">The rows to measure; all when empty.</param>
/// <param name="Quick">Fewer requests and deliveries: shows the direction, proves nothing.</param>
internal sealed record Settings(int Rounds, double Seconds, int Connections, string DataDirectory, IReadOnlyCollection<string> Only, bool Quick)
{
    public bool Wants(string row) => Only.Count == 0 || Only.Contains(row);
}
