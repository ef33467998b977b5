using System.Buffers;
using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TaskAspire.ApiService.Json;
using TaskAspire.Data;
using TaskAspire.ServiceDefaults.Errors;

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
                try
                {
                    await WriteOnceAsync(userId, format, response, token);
                }
                catch (NpgsqlException exception) when (response.HasStarted)
                {
                    // Not once more: the client has a part, and must not take it for the whole. Its connection breaks by this, and it is told and counted as a failure.
                    throw new DatabaseException("It failed in the middle of an export.", exception);
                }
            },
            cancellationToken);
    }

    private async Task WriteOnceAsync(Guid userId, IExportFormat format, HttpResponse response, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        // It locks nothing, and is silent for as long as the client takes to read a page.
        await database.Database.ExecuteSqlAsync($"SET TRANSACTION READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0", cancellationToken);
        var output = new ArrayBufferWriter<byte>();
        format.Begin(output, clock.Now(), await source.ReadCategoriesAsync(userId, cancellationToken), await source.ReadTagsAsync(userId, cancellationToken));
        await foreach (var page in source.ReadTasksAsync(userId, cancellationToken))
        {
            format.Write(output, page);
            await response.Body.WriteAsync(output.WrittenMemory, cancellationToken);
            output.ResetWrittenCount();
        }

        format.End(output);
        await response.Body.WriteAsync(output.WrittenMemory, cancellationToken);
    }
}
