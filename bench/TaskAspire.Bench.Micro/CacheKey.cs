using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Tasks;

namespace TaskAspire.Bench.Micro;

/// <summary>The query of a list, read and brought into the form that the cache knows it by.</summary>
[MemoryDiagnoser]
public class CacheKey
{
    private readonly QueryCollection _plain = [];

    private readonly QueryCollection _filtered = new(new Dictionary<string, StringValues>
    {
        ["status"] = "todo,in_progress",
        ["tag"] = new StringValues(["home", "garden"]),
        ["dueBefore"] = "2026-12-01T00:00:00Z",
        ["sort"] = "-dueDate",
        ["limit"] = "50",
    });

    [Benchmark(Baseline = true)]
    public string Plain() => new TaskListQueryParser(_plain).Parse().Normalized();

    [Benchmark]
    public string Filtered() => new TaskListQueryParser(_filtered).Parse().Normalized();
}
