using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Portability;

/// <summary>Reads what <see cref="JsonExport"/> writes.</summary>
internal sealed class JsonImport
{
    private readonly JsonSerializerOptions _json;

    public JsonImport(IOptions<ImportOptions> options)
    {
        var most = options.Value.MaxTasks;
        var tasks = new ListBound(most, "$", ImportErrors.TooManyTasks(most));
        var tags = new ListBound(most, "tags", string.Create(CultureInfo.InvariantCulture, $"An import can have {most:N0} tags; leave out those that are on no task."));
        var categories = new ListBound(CategoryLimit.MaxPerUser, "categories", $"There can be {CategoryLimit.MaxPerUser} categories; name fewer.");
        _json = new JsonSerializerOptions(ApiJson.Options)
        {
            TypeInfoResolver = ApiJson.Options.TypeInfoResolver!
                .WithAddedModifier(Bound<PortableTask>(tasks)).WithAddedModifier(Bound<string>(tags)).WithAddedModifier(Bound<PortableCategory>(categories)),
        };
    }

    /// <exception cref="BadHttpRequestException">It is no JSON, or has other fields; which is in the inner exception.</exception>
    public async Task<ImportContent> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        PortableDocument? document;
        try
        {
            document = await JsonSerializer.DeserializeAsync<PortableDocument>(body, _json, cancellationToken);
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException("No export of ours.", StatusCodes.Status400BadRequest, exception);
        }
        catch (ListTooLongException tooLong)
        {
            var refused = new ImportContent();
            refused.Errors.Add(tooLong.Bound.Field, tooLong.Bound.Problem);
            return refused;
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

    private static Action<JsonTypeInfo> Bound<T>(ListBound bound) => type =>
    {
        if (type.Type == typeof(BoundedList<T>))
        {
            type.CreateObject = () => new BoundedList<T>(bound);
        }
    };
}
