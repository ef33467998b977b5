using TaskAspire.Bench.Yardstick.Rows;

namespace TaskAspire.Bench.Yardstick;

/// <summary>What came out, as Markdown, each line as soon as it is known.</summary>
internal sealed class Table
{
    private bool _begun;

    public bool AllHold { get; private set; } = true;

    public void Add(Row row)
    {
        if (!_begun)
        {
            _begun = true;
            Console.WriteLine("| path | asked for | measured (spread) | | figures |");
            Console.WriteLine("|---|---|---|---|---|");
        }

        AllHold &= row.Holds is not false;
        Console.WriteLine($"| {row.Path} | {row.Bound} | {row.Measured} | {(row.Holds switch { true => "holds", false => "**missed**", null => "" })} | {row.Detail} |");
    }
}
