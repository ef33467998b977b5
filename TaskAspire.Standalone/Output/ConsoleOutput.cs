using Spectre.Console;

namespace TaskAspire.Standalone.Output;

/// <summary>Writes to the terminal: each line behind the name of the part it comes from, in that part's colour.</summary>
internal sealed class ConsoleOutput(IAnsiConsole console) : IStackOutput
{
    private const int NameWidth = 10;
    private static readonly string[] Colours = ["aqua", "yellow", "fuchsia", "lime", "dodgerblue1", "orange1", "mediumpurple1"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _colours = [];

    /// <summary>The console of this process; lines are never broken, so that they can be copied and searched.</summary>
    public static ConsoleOutput ForTerminal()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Out) });
        console.Profile.Width = 500;
        return new ConsoleOutput(console);
    }

    public void Line(string part, string line) => Write(part, line, "");

    public void Notice(string part, string message) => Write(part, message, "bold");

    /// <summary>A line of the stack itself.</summary>
    public void Say(string message) => Write("stack", message, "bold");

    public void Error(string message)
    {
        lock (_lock)
        {
            console.Write(new Text(message + Environment.NewLine, new Style(Color.Red)));
        }
    }

    /// <summary>Where everything is. Without a frame: a long line that the terminal breaks can still be copied as one.</summary>
    public void Table(IReadOnlyCollection<(string What, string Where)> rows)
    {
        var width = rows.Max(row => row.What.Length);
        lock (_lock)
        {
            console.WriteLine();
            foreach (var (what, where) in rows)
            {
                console.Write(new Text($"  {what.PadRight(width)}  ", new Style(decoration: Decoration.Bold)));
                console.Profile.Out.Writer.WriteLine(where);
            }
            console.WriteLine();
        }
    }

    private void Write(string part, string line, string style)
    {
        lock (_lock)
        {
            if (!_colours.TryGetValue(part, out var colour))
            {
                _colours[part] = colour = Colours[_colours.Count % Colours.Length];
            }
            var prefix = $"{part.PadRight(NameWidth)} | ";
            if (!console.Profile.Capabilities.Ansi)
            {
                console.Profile.Out.Writer.WriteLine(prefix + line);
                return;
            }
            console.Markup($"[{colour}]{Markup.Escape(prefix)}[/]");
            // As it is: the child's own colours, and no breaking of lines.
            console.Profile.Out.Writer.WriteLine(style.Length == 0 ? line : $"\e[1m{line}\e[0m");
        }
    }
}
