using System.Buffers;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.ObjectPool;

namespace TaskAspire.ApiService.Json;

/// <summary>The body of an answer while it is written: a writer on memory that the next answer uses again.</summary>
internal sealed class JsonBody
{
    /// <summary>A page of 100 tasks with long descriptions fits; what grew beyond is left to the garbage collector.</summary>
    private const int MaxKeptBytes = 256 * 1024;

    private const int InitialBytes = 16 * 1024;

    /// <summary>As many as are likely to be written at a time; some 2 MB.</summary>
    private const int MaxKept = 64;

    private static readonly ObjectPool<JsonBody> Pool = new DefaultObjectPool<JsonBody>(new Policy(), MaxKept);

    private readonly ArrayBufferWriter<byte> _buffer = new(InitialBytes);

    private JsonBody() => Writer = new Utf8JsonWriter(
        // What is written comes from our own code, so its structure is checked by tests, not in each answer.
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public Utf8JsonWriter Writer { get; }

    /// <summary>What was written and flushed.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public static JsonBody Rent() => Pool.Get();

    /// <summary>Empties it for the next use.</summary>
    public void Clear()
    {
        _buffer.ResetWrittenCount();
        Writer.Reset();
    }

    /// <summary>Gives it to the next one.</summary>
    public void Return() => Pool.Return(this);

    private sealed class Policy : PooledObjectPolicy<JsonBody>
    {
        public override JsonBody Create() => new();

        public override bool Return(JsonBody body)
        {
            body.Clear();
            return body._buffer.Capacity <= MaxKeptBytes;
        }
    }
}

/// <summary>200 with a body that has been written already.</summary>
/// <typeparam name="T">What it is, for the API's document.</typeparam>
/// <param name="body">Is returned when it is sent.</param>
internal sealed class JsonAnswer<T>(JsonBody body) : IResult, IEndpointMetadataProvider
{
    private const string ContentType = "application/json; charset=utf-8";

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        try
        {
            httpContext.Response.ContentType = ContentType;
            httpContext.Response.ContentLength = body.Written.Length;
            await httpContext.Response.Body.WriteAsync(body.Written, httpContext.RequestAborted);
        }
        finally
        {
            body.Return();
        }
    }
}
