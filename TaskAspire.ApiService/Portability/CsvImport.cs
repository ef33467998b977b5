using System.Globalization;
using CsvHelper;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>Reads a table with the columns of <see cref="CsvExport"/>, in any order; only <c>title</c> must be there.</summary>
internal static class CsvImport
{
    private const int MostColumns = 100;

    public static async Task<ImportContent> ReadAsync(string text, int mostTasks, CancellationToken cancellationToken)
    {
        var content = new ImportContent();
        using var csv = new CsvParser(new StringReader(text), CsvRules.Of(text));
        try
        {
            if (!await csv.ReadAsync() || Header(csv, content.Errors) is not { } columns)
            {
                if (!content.Errors.Any)
                {
                    content.Errors.Add("line 1", $"The first line must name the columns: {string.Join(',', CsvColumns.Names)}. Only title must be there.");
                }

                return content;
            }

            var line = csv.RawRow + 1;
            while (content.Items.Count <= mostTasks && await csv.ReadAsync())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Read(csv, columns, line, content);
                line = csv.RawRow + 1;
            }
        }
        catch (CsvHelperException)
        {
            content.Errors.Add($"line {csv.RawRow}", "This is no table as of RFC 4180: a quote is not closed or stands within a cell, or a cell is longer than 64 KiB.");
        }

        return content;
    }

    private static string[]? Header(CsvParser csv, ImportErrors errors)
    {
        var names = Cells(csv).Take(MostColumns + 1).Select(n => n.Trim().TrimStart('\uFEFF')).ToArray();
        foreach (var name in names.Where(n => !CsvColumns.Names.Contains(n)).Distinct())
        {
            errors.Add("line 1", $"There is no column '{(name.Length > 40 ? name[..40] + "…" : name)}'; there are {string.Join(", ", CsvColumns.Names)}.");
        }

        foreach (var name in names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).Where(CsvColumns.Names.Contains))
        {
            errors.Add("line 1", $"The column {name} is there twice.");
        }

        if (!names.Contains("title"))
        {
            errors.Add("line 1", "The column title is missing.");
        }

        return errors.Any ? null : names;
    }

    private static void Read(CsvParser csv, string[] columns, int line, ImportContent content)
    {
        var place = $"line {line}, ";
        var cells = Cells(csv).ToList();
        if (cells.Count > 1 && cells.TrueForAll(c => c.Length == 0))
        {
            // Spreadsheets save rows that were emptied.
            return;
        }

        if (cells.Count != columns.Length)
        {
            content.Errors.Add($"line {line}", $"The line has {cells.Count} cells; the first line has {columns.Length}.");
            return;
        }

        var row = columns.Zip(cells).ToDictionary(c => c.First, c => CsvColumns.Unguard(c.Second));
        foreach (var name in row.Where(c => !StrictStringConverter.IsStorable(c.Value)).Select(c => c.Key))
        {
            content.Errors.Add(place + name, "The text must not contain U+0000.");
            return;
        }

        var fields = new CellReader(row, place, content.Errors);
        content.Items.Add(new ImportItem(place, new PortableTask
        {
            Id = fields.Text("id"),
            Title = fields.Text("title") ?? "",
            Description = fields.Text("description"),
            Status = fields.Word<TaskItemStatus>("status"),
            Priority = fields.Word<TaskPriority>("priority"),
            DueDate = fields.Time("dueDate"),
            TimeZone = fields.Text("timeZone"),
            Category = fields.Text("category"),
            Tags = [.. CsvColumns.Split(fields.Text("tags") ?? "").Take(TaskRequest.MaxTags + 1)],
            ParentId = fields.Text("parentId"),
            Reminders = [.. fields.Reminders("reminders")],
            Recurrence = fields.Text("recurrence"),
            RecurrenceStart = fields.Time("recurrenceStart"),
            CompletedAt = fields.Time("completedAt"),
            CreatedAt = fields.Time("createdAt"),
            UpdatedAt = fields.Time("updatedAt"),
        }));
    }

    private static IEnumerable<string> Cells(CsvParser csv)
    {
        for (var i = 0; i < csv.Count; i++)
        {
            yield return csv[i];
        }
    }

    private sealed class CellReader(Dictionary<string, string> row, string place, ImportErrors errors)
    {
        public string? Text(string name) => row.TryGetValue(name, out var cell) && cell.Length > 0 ? cell : null;

        public DateTimeOffset? Time(string name) => Text(name) is { } cell ? Time(name, cell) : null;

        public T Word<T>(string name)
            where T : struct, Enum
        {
            T value = default;
            if (Text(name) is { } cell && !EnumWords.TryParse(cell, out value))
            {
                errors.Add(place + name, $"One of {EnumWords.List<T>()} is expected.");
            }

            return value;
        }

        public IEnumerable<PortableReminder> Reminders(string name) => CsvColumns.Split(Text(name) ?? "").Take(TaskRequest.MaxReminders + 1).Select(part =>
            int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minutes)
                ? new PortableReminder { MinutesBeforeDue = minutes }
                : new PortableReminder { At = Time(name, part) });

        private DateTimeOffset? Time(string name, string text)
        {
            if (text.Length <= 64 && Rfc3339Converter.TryParse(text, out var time))
            {
                return time;
            }

            errors.Add(place + name, Rfc3339Converter.Expected);
            return null;
        }
    }
}
