using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace TaskAspire.ServiceDefaults.Logging;

/// <summary>
/// <c>12:00:00.000 INF Category  message</c>. Control characters are written as escapes and exceptions are indented, so that no
/// value from outside can begin a line of its own or colour the terminal.
/// </summary>
internal sealed class LineFormatter(bool colours) : ITextFormatter
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[2m";

    // Without the quotation marks around text.
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var (word, colour) = logEvent.Level switch
        {
            LogEventLevel.Verbose => ("TRC", Dim),
            LogEventLevel.Debug => ("DBG", Dim),
            LogEventLevel.Information => ("INF", "\e[32m"),
            LogEventLevel.Warning => ("WRN", "\e[33m"),
            LogEventLevel.Error => ("ERR", "\e[31m"),
            _ => ("FTL", "\e[1;31m"),
        };
        output.Write(logEvent.Timestamp.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        Write(output, colour, word);
        output.Write(' ');
        Write(output, Dim, Category(logEvent));
        output.Write("  ");
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, message);
        output.WriteLine(Escaped(message.ToString()));
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().AsSpan().EnumerateLines())
            {
                output.Write("    ");
                output.WriteLine(Escaped(line.ToString()));
            }
        }
    }

    private void Write(TextWriter output, string colour, string text) => output.Write(colours ? $"{colour}{text}{Reset}" : text);

    private static string Category(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue("SourceContext", out var value) && value is ScalarValue { Value: string category }
            ? category[(category.LastIndexOf('.') + 1)..]
            : "-";

    private static string Escaped(string text)
    {
        // U+2028 and U+2029 end a line too, for some readers.
        return text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && text.AsSpan().IndexOfAnyInRange('\u007f', '\u009f') < 0 && text.AsSpan().IndexOfAny('\u2028', '\u2029') < 0
            ? text
            : string.Concat(text.Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? Escape(character) : character.ToString()));
    }

    private static string Escape(char character) => character switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
    };
}
