using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;

namespace Elastic.CommonSchema.Serilog;

/// <summary>
/// A log event in the Elastic Common Schema, as Elastic.CommonSchema.Serilog 9.0 writes it: properties whose names it knows become fields
/// of the schema, other texts and truth values <c>labels</c>, all else <c>metadata</c>.
/// </summary>
internal sealed class EcsDocumentWriter(EcsTextFormatterConfiguration<LogEventEcsDocument> configuration)
{
    private const string Version = "9.0.0";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What has a field of its own; see Fields.
    private static readonly HashSet<string> Mapped = new(StringComparer.Ordinal)
    {
        "SourceContext", "EventId", "Method", "RequestMethod", "Path", "RequestPath", "StatusCode", "RequestId", "Elapsed", "ElapsedMilliseconds",
        "UserId", "ServiceName", "ServiceVersion", "ServiceEnvironment", "HostingRequestFinishedLog",
    };

    public ReadOnlyMemory<byte> Write(LogEvent logEvent)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("@timestamp", logEvent.Timestamp.UtcDateTime);
        json.WriteString("log.level", logEvent.Level.ToString());
        json.WriteString("message", logEvent.RenderMessage(configuration.MessageFormatProvider));
        json.WriteString("ecs.version", Version);
        if (logEvent.TraceId is { } trace && logEvent.SpanId is { } span)
        {
            json.WriteString("trace.id", trace.ToHexString());
            json.WriteString("span.id", span.ToHexString());
        }

        Group(json, "log", ("logger", Text(logEvent, "SourceContext") ?? "Elastic.CommonSchema.Serilog"));
        Group(json, "service", ("name", Text(logEvent, "ServiceName")), ("version", Text(logEvent, "ServiceVersion")), ("environment", Text(logEvent, "ServiceEnvironment")));
        WriteEvent(json, logEvent);
        WriteHttp(json, logEvent);
        Group(json, "url", ("path", Text(logEvent, "Path") ?? Text(logEvent, "RequestPath")));
        Group(json, "user", ("id", Text(logEvent, "UserId")), ("name", configuration.IncludeUser ? Environment.UserName : null));
        if (configuration.IncludeHost)
        {
            Group(json, "host", ("hostname", Environment.MachineName), ("architecture", RuntimeInformation.OSArchitecture.ToString()));
        }

        if (configuration.IncludeProcess)
        {
            json.WriteStartObject("process");
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteEndObject();
        }

        if (logEvent.Exception is { } exception)
        {
            Group(json, "error", ("type", exception.GetType().FullName), ("message", exception.Message), ("stack_trace", exception.ToString()));
        }

        WriteRest(json, logEvent);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteEvent(Utf8JsonWriter json, LogEvent logEvent)
    {
        json.WriteStartObject("event");
        json.WriteString("created", logEvent.Timestamp.UtcDateTime);
        json.WriteNumber("severity", (int)logEvent.Level);
        if ((Scalar(logEvent, "Elapsed") ?? Scalar(logEvent, "ElapsedMilliseconds")) is { } elapsed && Milliseconds(elapsed) is { } milliseconds)
        {
            // Nanoseconds.
            json.WriteNumber("duration", (long)(milliseconds * 1_000_000));
        }

        if (logEvent.Properties.GetValueOrDefault("EventId") is StructureValue { Properties: var id })
        {
            if (id.FirstOrDefault(property => property.Name == "Id")?.Value is ScalarValue { Value: int code })
            {
                json.WriteString("code", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            if (id.FirstOrDefault(property => property.Name == "Name")?.Value is ScalarValue { Value: string action })
            {
                json.WriteString("action", action);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteHttp(Utf8JsonWriter json, LogEvent logEvent)
    {
        var method = Text(logEvent, "Method") ?? Text(logEvent, "RequestMethod");
        var request = Text(logEvent, "RequestId");
        var status = Scalar(logEvent, "StatusCode") as int?;
        if (method is null && request is null && status is null)
        {
            return;
        }

        json.WriteStartObject("http");
        // Dotted, as there.
        WriteIfAny(json, "request.method", method);
        WriteIfAny(json, "request.id", request);
        if (status is { } code)
        {
            json.WriteNumber("response.status_code", code);
        }

        json.WriteEndObject();
    }

    private void WriteRest(Utf8JsonWriter json, LogEvent logEvent)
    {
        var rest = logEvent.Properties
            .Where(property => !Mapped.Contains(property.Key) && configuration.LogEventPropertiesToFilter?.Contains(property.Key) is not true)
            .ToLookup(property => property.Value is ScalarValue { Value: string or bool });
        json.WriteStartObject("labels");
        json.WriteString("MessageTemplate", logEvent.MessageTemplate.Text);
        foreach (var (name, value) in rest[true])
        {
            json.WriteString(name, ((ScalarValue)value).Value is bool truth ? (truth ? "true" : "false") : Text(logEvent, name));
        }

        json.WriteEndObject();
        if (rest[false].Any())
        {
            json.WriteStartObject("metadata");
            foreach (var (name, value) in rest[false])
            {
                json.WritePropertyName(name);
                WriteValue(json, value);
            }

            json.WriteEndObject();
        }
    }

    private static void WriteValue(Utf8JsonWriter json, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue { Value: var scalar }:
                WriteScalar(json, scalar);
                break;
            case SequenceValue sequence:
                json.WriteStartArray();
                foreach (var element in sequence.Elements)
                {
                    WriteValue(json, element);
                }

                json.WriteEndArray();
                break;
            case StructureValue structure:
                json.WriteStartObject();
                foreach (var property in structure.Properties)
                {
                    json.WritePropertyName(property.Name);
                    WriteValue(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case DictionaryValue dictionary:
                json.WriteStartObject();
                foreach (var (key, element) in dictionary.Elements)
                {
                    json.WritePropertyName(key.Value?.ToString() ?? string.Empty);
                    WriteValue(json, element);
                }

                json.WriteEndObject();
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, object? scalar)
    {
        switch (scalar)
        {
            case null:
                json.WriteNullValue();
                break;
            case string or bool or Enum or Guid or DateTime or DateTimeOffset or DateOnly or TimeOnly or TimeSpan or sbyte or byte or short or ushort or int or uint or long or ulong or decimal:
                JsonSerializer.Serialize(json, scalar, scalar.GetType());
                break;
            case double or float when double.IsFinite(Convert.ToDouble(scalar, System.Globalization.CultureInfo.InvariantCulture)):
                JsonSerializer.Serialize(json, scalar, scalar.GetType());
                break;
            default:
                json.WriteStringValue(scalar.ToString());
                break;
        }
    }

    private static void Group(Utf8JsonWriter json, string name, params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var started = false;
        foreach (var (field, value) in fields)
        {
            if (value is null)
            {
                continue;
            }

            if (!started)
            {
                json.WriteStartObject(name);
                started = true;
            }

            json.WriteString(field, value);
        }

        if (started)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static double? Milliseconds(object elapsed) => elapsed switch
    {
        TimeSpan span => span.TotalMilliseconds,
        double number => number,
        long number => number,
        int number => number,
        _ => null,
    };

    private static object? Scalar(LogEvent logEvent, string name) => logEvent.Properties.GetValueOrDefault(name) is ScalarValue { Value: { } value } ? value : null;

    private static string? Text(LogEvent logEvent, string name) => Scalar(logEvent, name) as string;
}
