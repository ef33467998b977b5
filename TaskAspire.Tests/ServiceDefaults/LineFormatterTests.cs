using Serilog.Events;
using Serilog.Parsing;
using TaskAspire.ServiceDefaults.Logging;

namespace TaskAspire.Tests.ServiceDefaults;

public class LineFormatterTests
{
    [Fact]
    public void A_value_cannot_begin_a_line_of_its_own()
    {
        var lines = Format("hello {Name}", "x\r\n12:00:00.000 ERR forged\u001b[2J\u2028", exception: null);
        var line = Assert.Single(lines);
        Assert.EndsWith("INF Category  hello x\\r\\n12:00:00.000 ERR forged\\u001b[2J\\u2028", line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_is_indented()
    {
        var lines = Format("hello {Name}", "you", new InvalidOperationException("first\nsecond"));
        Assert.Equal(3, lines.Length);
        Assert.All(lines[1..], line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
    }

    private static string[] Format(string template, string name, Exception? exception)
    {
        using var output = new StringWriter();
        new LineFormatter(colours: false).Format(
            new LogEvent(DateTimeOffset.UtcNow, LogEventLevel.Information, exception, new MessageTemplateParser().Parse(template), [
                new("Name", new ScalarValue(name)),
                new("SourceContext", new ScalarValue("Some.Category")),
            ]),
            output);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
