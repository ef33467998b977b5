using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Portability;

/// <summary>A <see cref="PortableDocument"/>, with all that there is.</summary>
internal sealed class JsonExport : IExportFormat, IDisposable
{
    private Utf8JsonWriter? _json;

    public void Begin(IBufferWriter<byte> output, DateTimeOffset now, IReadOnlyList<PortableCategory> categories, IReadOnlyList<string> tags)
    {
        _json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("format", PortableDocument.FormatName);
        _json.WriteNumber("version", PortableDocument.CurrentVersion);
        _json.WriteString("exportedAt", Rfc3339Converter.Format(now));
        _json.WritePropertyName("categories");
        JsonSerializer.Serialize(_json, categories, ApiJson.Options);
        _json.WritePropertyName("tags");
        JsonSerializer.Serialize(_json, tags, ApiJson.Options);
        _json.WriteStartArray("tasks");
        _json.Flush();
    }

    public void Write(IBufferWriter<byte> output, IReadOnlyList<PortableTask> tasks)
    {
        foreach (var task in tasks)
        {
            JsonSerializer.Serialize(_json!, task, ApiJson.Options);
        }

        _json!.Flush();
    }

    public void End(IBufferWriter<byte> output)
    {
        _json!.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose() => _json?.Dispose();
}
