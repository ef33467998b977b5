using System.Text.Json;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Portability;

/// <summary>Reads what <see cref="JsonExport"/> writes.</summary>
internal static class JsonImport
{
    /// <exception cref="BadHttpRequestException">It is no JSON, or has other fields; which is in the inner exception.</exception>
    public static async Task<ImportContent> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        PortableDocument? document;
        try
        {
            document = await JsonSerializer.DeserializeAsync<PortableDocument>(body, ApiJson.Options, cancellationToken);
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException("No export of ours.", StatusCodes.Status400BadRequest, exception);
        }

        if (document is null)
        {
            throw new BadHttpRequestException("No document.", StatusCodes.Status400BadRequest);
        }

        var content = new ImportContent();
        if (document.Format != PortableDocument.FormatName)
        {
            content.Errors.Add("format", $"A document with format \"{PortableDocument.FormatName}\" is expected, as GET /export answers it.");
            return content;
        }

        if (document.Version != PortableDocument.CurrentVersion)
        {
            content.Errors.Add("version", $"This server reads documents of version {PortableDocument.CurrentVersion}; export it anew from one that writes this version.");
            return content;
        }

        foreach (var (task, i) in document.Tasks.Select((t, i) => (t, i)))
        {
            if (task is null || task.Tags.Any(t => t is null) || task.Reminders.Any(r => r is null))
            {
                content.Errors.Add($"tasks[{i}]", "The task, its tags and its reminders must not be null.");
                continue;
            }

            content.Items.Add(new ImportItem($"tasks[{i}].", task));
        }

        content.Categories.AddRange(document.Categories);
        content.Tags.AddRange(document.Tags);
        return content;
    }
}
