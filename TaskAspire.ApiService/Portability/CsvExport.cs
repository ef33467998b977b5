using System.Buffers;
using System.Globalization;
using System.Text;
using CsvHelper;

namespace TaskAspire.ApiService.Portability;

/// <summary>A table (RFC 4180) with a row for each task. Categories without tasks, and colours, have no place in it.</summary>
internal sealed class CsvExport : IExportFormat
{
    public void Begin(IBufferWriter<byte> output, DateTimeOffset now, IReadOnlyList<PortableCategory> categories, IReadOnlyList<string> tags) =>
        Write(output, [CsvColumns.Names]);

    public void Write(IBufferWriter<byte> output, IReadOnlyList<PortableTask> tasks) => Write(output, tasks.Select(CsvColumns.CellsOf));

    public void End(IBufferWriter<byte> output)
    {
    }

    private static void Write(IBufferWriter<byte> output, IEnumerable<string?[]> rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var csv = new CsvWriter(text, CsvRules.Rfc4180);
        foreach (var row in rows)
        {
            foreach (var cell in row)
            {
                csv.WriteField(CsvColumns.Guard(cell ?? ""));
            }

            csv.NextRecord();
        }

        csv.Flush();
        Encoding.UTF8.GetBytes(text.ToString(), output);
    }
}
