using System.Buffers;
using System.Data;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Json;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Portability;

/// <summary>How an export is written. One instance writes one.</summary>
internal interface IExportFormat
{
    void Begin(IBufferWriter<byte> output, DateTimeOffset now, IReadOnlyList<PortableCategory> categories, IReadOnlyList<string> tags);

    void Write(IBufferWriter<byte> output, IReadOnlyList<PortableTask> tasks);

    void End(IBufferWriter<byte> output);
}

/// <summary>
/// Writes an export of one moment: a read-only REPEATABLE READ transaction, read and sent page by page, so that memory does not grow with
/// the number of tasks.
/// </summary>
internal sealed class Exporter(TaskDbContext database, ExportSource source, ExportTurns turns, TimeProvider clock)
{
    public async Task WriteAsync(Guid userId, IExportFormat format, HttpResponse response, CancellationToken cancellationToken)
    {
        using var turn = await turns.TakeAsync(userId, response.HttpContext, cancellationToken);
        await database.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                if (response.HasStarted)
                {
                    // A second run after a fault in the middle: the client has a part of the first, and must not take it for the whole.
                    response.HttpContext.Abort();
                    return;
                }

                await using var transaction = await database.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
                await database.Database.ExecuteSqlAsync($"SET TRANSACTION READ ONLY", token);
                var output = new ArrayBufferWriter<byte>();
                format.Begin(output, clock.Now(), await source.ReadCategoriesAsync(userId, token), await source.ReadTagsAsync(userId, token));
                await foreach (var page in source.ReadTasksAsync(userId, token))
                {
                    format.Write(output, page);
                    await response.Body.WriteAsync(output.WrittenMemory, token);
                    output.ResetWrittenCount();
                }

                format.End(output);
                await response.Body.WriteAsync(output.WrittenMemory, token);
            },
            cancellationToken);
    }
}
