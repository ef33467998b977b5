using System.Text.Json;
using BenchmarkDotNet.Attributes;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Data.Tasks;

namespace TaskAspire.Bench.Micro;

/// <summary>A page of 20 tasks as JSON by the serializer: into an array of its own, and into memory that the next page uses again.</summary>
[MemoryDiagnoser]
public class PageJson
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly TaskListResponse _page = new(
        [.. Enumerable.Range(0, 20).Select(n => new TaskResponse(
            Guid.CreateVersion7(), $"Prepare the quarterly report {n}", "Numbers of all regions, with last year's beside them; graphs for the board.", TaskItemStatus.Todo, TaskPriority.High,
            Time, "Europe/Berlin", Guid.CreateVersion7(), new CategoryReference(Guid.CreateVersion7(), "Work"), ["finance", "quarterly"], null,
            [new ReminderResponse(Guid.CreateVersion7(), null, 30)], null, null, Time, Time, null, 1))],
        1, 20, 200, "next");

    [Benchmark(Baseline = true)]
    public byte[] Serializer() => JsonSerializer.SerializeToUtf8Bytes(_page, ApiJson.Options);

    [Benchmark]
    public int ToPooledMemory()
    {
        var body = JsonBody.Rent();
        JsonSerializer.Serialize(body.Writer, _page, ApiJson.Options);
        body.Writer.Flush();
        var length = body.Written.Length;
        body.Return();
        return length;
    }
}
