using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ServiceDefaults.Logging;

/// <summary>
/// Writes events to standard output on a thread of its own, all that came within a moment at a time, so that no request waits for a system
/// call of its own, nor pays for waking a thread up. What is an error is written at once, and before its writer goes on.
/// </summary>
/// <remarks>Whoever reads the output may fall behind, or stop reading. Then memory is bounded, and what is dropped is counted.</remarks>
internal sealed class BackgroundConsole : ILogEventSink, IDisposable
{
    /// <summary>Some 20,000 lines.</summary>
    internal const int MaxPendingBytes = 8 * 1024 * 1024;

    private const int KeptLineCapacity = 16 * 1024;
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a line may wait for others: nobody who reads along notices.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    [ThreadStatic]
    private static StringWriter? s_line;

    private readonly ITextFormatter _formatter;
    private readonly Stream _output;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly AutoResetEvent _hurry = new(false);
    private readonly ManualResetEventSlim _idle = new(true);
    private readonly Thread _writer;
    private MemoryStream _pending = new();
    private MemoryStream _writing = new();
    private volatile bool _stopping;

    public BackgroundConsole(ITextFormatter formatter, Stream output)
    {
        (_formatter, _output) = (formatter, output);
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "Console log" };
        _writer.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        var line = s_line ??= new StringWriter(CultureInfo.InvariantCulture);
        // Before, not behind: what a formatter that failed has left belongs to no line.
        var text = line.GetStringBuilder().Clear();
        _formatter.Format(logEvent, line);
        var isError = logEvent.Level >= LogEventLevel.Error;
        var isKept = TryAppend(text, isError);
        if (text.Capacity > KeptLineCapacity)
        {
            s_line = null;
        }

        if (isKept && isError)
        {
            _idle.Wait(FlushTimeout);
        }
    }

    /// <summary>Returns when all is written.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
        }

        _wake.Set();
        _hurry.Set();
        // No event is disposed of: whoever logs this late would run into it.
        _writer.Join(FlushTimeout);
    }

    private bool TryAppend(StringBuilder text, bool hurry)
    {
        // Almost every line is one chunk; where it is not, a character may lie across two.
        var enumerator = text.GetChunks().GetEnumerator();
        var characters = enumerator.MoveNext() && enumerator.Current.Length == text.Length ? enumerator.Current : text.ToString().AsMemory();
        lock (_lock)
        {
            if (!_stopping && _pending.Length <= MaxPendingBytes)
            {
                var isFirst = _pending.Length == 0;
                Append(_pending, characters.Span);
                if (isFirst)
                {
                    _idle.Reset();
                    _wake.Set();
                }

                if (hurry)
                {
                    _hurry.Set();
                }

                return true;
            }
        }

        if (!TryWriteLate(characters.Span))
        {
            LogMetrics.Dropped(1);
        }

        return false;
    }

    /// <summary>What is logged behind the end, such as why a host that is disposed of already could not start.</summary>
    private bool TryWriteLate(ReadOnlySpan<char> line)
    {
        if (!_stopping || !_writer.Join(FlushTimeout))
        {
            return false;
        }

        lock (_lock)
        {
            _pending.SetLength(0);
            Append(_pending, line);
            Write(_pending);
        }

        return true;
    }

    private static void Append(MemoryStream lines, ReadOnlySpan<char> line)
    {
        var end = (int)lines.Length;
        var size = Encoding.UTF8.GetByteCount(line);
        lines.SetLength(end + size);
        Encoding.UTF8.GetBytes(line, lines.GetBuffer().AsSpan(end, size));
    }

    private void Write(MemoryStream lines)
    {
        try
        {
            _output.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
            _output.Flush();
        }
        catch (IOException)
        {
            // Nobody reads any more: the lines are lost, the service is not.
        }
    }

    private void WriteAll()
    {
        var stopping = false;
        while (!stopping)
        {
            _wake.WaitOne();
            _hurry.WaitOne(Gathering);
            lock (_lock)
            {
                stopping = _stopping;
                (_pending, _writing) = (_writing, _pending);
            }

            Write(_writing);
            _writing.SetLength(0);
            lock (_lock)
            {
                if (_pending.Length == 0)
                {
                    _idle.Set();
                }
            }
        }
    }
}
