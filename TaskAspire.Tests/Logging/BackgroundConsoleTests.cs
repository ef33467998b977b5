using System.Text;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;
using TaskAspire.ServiceDefaults.Logging;

namespace TaskAspire.Tests.Logging;

public sealed class BackgroundConsoleTests
{
    [Fact]
    public void All_lines_of_all_threads_are_written_whole_by_the_end()
    {
        using var output = new MemoryStream();
        using (var logger = Logger(output))
        {
            Parallel.For(0, 1_000, n => logger.Information("Number {Number} 🦀 {Text}", n, new string('ü', n)));
        }

        var lines = Encoding.UTF8.GetString(output.ToArray()).TrimEnd().Split('\n');
        Assert.Equal(1_000, lines.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("Number").GetInt32()).Distinct().Count());
        Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void An_error_is_written_before_its_writer_goes_on()
    {
        using var output = new MemoryStream();
        using var logger = Logger(output);
        logger.Write(LogEventLevel.Fatal, "The end");
        Assert.Contains("The end", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_logged_behind_the_end_is_written_too()
    {
        using var output = new MemoryStream();
        var console = new BackgroundConsole(new RenderedCompactJsonFormatter(), output);
        using var logger = new LoggerConfiguration().WriteTo.Sink(console).CreateLogger();
        logger.Information("Before");
        console.Dispose();
        logger.Fatal("Why it could not start");
        Assert.Equal(2, Encoding.UTF8.GetString(output.ToArray()).TrimEnd().Split('\n').Length);
        Assert.Contains("Why it could not start", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_stops_reading_holds_nobody_up_and_memory_is_bounded()
    {
        using var output = new StuckStream();
        var console = new BackgroundConsole(new RenderedCompactJsonFormatter(), output);
        using var logger = new LoggerConfiguration().WriteTo.Sink(console).CreateLogger();
        var text = new string('x', 100_000);
        var cancellationToken = TestContext.Current.CancellationToken;
        // On a thread of its own: one of the pool may be long in coming while other tests run.
        var writing = Task.Factory.StartNew(
            () =>
            {
                for (var n = 0; n < 3 * BackgroundConsole.MaxPendingBytes / text.Length; n++)
                {
                    logger.Information("{Text}", text);
                }
            },
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await writing.WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
        output.LetGo();
        console.Dispose();
        Assert.InRange(output.Written, 1, 3L * BackgroundConsole.MaxPendingBytes);
    }

    private static Serilog.Core.Logger Logger(Stream output) =>
        new LoggerConfiguration().WriteTo.Sink(new BackgroundConsole(new RenderedCompactJsonFormatter(), output)).CreateLogger();

    private sealed class StuckStream : MemoryStream
    {
        private readonly ManualResetEventSlim _going = new(false);

        public long Written { get; private set; }

        public void LetGo() => _going.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _going.Wait(TestContext.Current.CancellationToken);
            Written += buffer.Length;
        }
    }
}
