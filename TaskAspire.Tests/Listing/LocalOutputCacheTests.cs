using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Logging.Abstractions;
using TaskAspire.ApiService.Caching;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Listing;

public sealed class LocalOutputCacheTests
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private readonly SharedStore _shared = new();

    [Fact]
    public async Task What_was_fetched_is_not_fetched_again()
    {
        using var cache = new LocalOutputCache(_shared, NullLogger<LocalOutputCache>.Instance);
        var cancellationToken = TestContext.Current.CancellationToken;
        await cache.SetAsync("key", [1], null, FiveMinutes, cancellationToken);
        Assert.Equal([1], _shared.Entries["key"]);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([1], await cache.GetAsync("key", cancellationToken));
        }

        Assert.Equal(1, _shared.Gets);
    }

    [Fact]
    public async Task What_nobody_has_is_asked_for_each_time()
    {
        using var cache = new LocalOutputCache(_shared, NullLogger<LocalOutputCache>.Instance);
        Assert.Null(await cache.GetAsync("none", TestContext.Current.CancellationToken));
        Assert.Null(await cache.GetAsync("none", TestContext.Current.CancellationToken));
        Assert.Equal(2, _shared.Gets);
    }

    [Fact]
    public async Task What_is_too_large_to_keep_and_what_was_evicted_is_left_to_the_shared_store()
    {
        using var cache = new LocalOutputCache(_shared, NullLogger<LocalOutputCache>.Instance);
        var cancellationToken = TestContext.Current.CancellationToken;
        await cache.SetAsync("large", new byte[LocalOutputCache.MaxBytes / 32], null, FiveMinutes, cancellationToken);
        await cache.SetAsync("small", [1], ["tag"], FiveMinutes, cancellationToken);
        for (var i = 0; i < 2; i++)
        {
            Assert.NotNull(await cache.GetAsync("large", cancellationToken));
        }

        Assert.Equal(2, _shared.Gets);
        Assert.NotNull(await cache.GetAsync("small", cancellationToken));
        await cache.EvictByTagAsync("tag", cancellationToken);
        Assert.NotNull(await cache.GetAsync("small", cancellationToken));
        Assert.Equal(4, _shared.Gets);
        Assert.Equal(["tag"], _shared.Evicted);
    }

    [Fact]
    public async Task Nobody_waits_until_an_answer_is_stored_unless_many_are_on_their_way()
    {
        using var cache = new LocalOutputCache(_shared, NullLogger<LocalOutputCache>.Instance);
        var cancellationToken = TestContext.Current.CancellationToken;
        var answers = new TaskCompletionSource();
        _shared.Stored = answers.Task;
        for (var i = 0; i < LocalOutputCache.MaxUnawaited; i++)
        {
            await cache.SetAsync($"{i}", [1], null, FiveMinutes, cancellationToken);
        }

        var oneMore = cache.SetAsync("more", [1], null, FiveMinutes, cancellationToken).AsTask();
        Assert.False(oneMore.IsCompleted);
        answers.SetResult();
        await oneMore;
        await Eventually.TrueAsync(() => _shared.Entries.Count == LocalOutputCache.MaxUnawaited + 1, cancellationToken);
    }

    [Fact]
    public async Task An_answer_that_could_not_be_stored_is_not_the_client_s_business()
    {
        using var cache = new LocalOutputCache(_shared, NullLogger<LocalOutputCache>.Instance);
        _shared.Stored = Task.FromException(new TimeoutException());
        for (var i = 0; i < 2 * LocalOutputCache.MaxUnawaited; i++)
        {
            await cache.SetAsync("key", [1], null, FiveMinutes, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task What_is_stored_is_what_it_was_when_it_was_lent()
    {
        using var cache = new LocalOutputCache(_shared, NullLogger<LocalOutputCache>.Instance);
        var answer = new TaskCompletionSource();
        _shared.Stored = answer.Task;
        byte[] lent = [0, 1, 2, 3];
        await cache.SetAsync("key", new ReadOnlySequence<byte>(lent, 1, 2), default, FiveMinutes, TestContext.Current.CancellationToken);
        lent.AsSpan().Clear();
        answer.SetResult();
        await Eventually.TrueAsync(() => _shared.Entries.ContainsKey("key"), TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], _shared.Entries["key"]);

        var pipe = new Pipe();
        Assert.True(await cache.TryGetAsync("key", pipe.Writer, TestContext.Current.CancellationToken));
        Assert.False(await cache.TryGetAsync("none", pipe.Writer, TestContext.Current.CancellationToken));
        Assert.Equal([1, 2], (await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer.ToArray());
    }

    private sealed class SharedStore : IOutputCacheBufferStore
    {
        public ConcurrentDictionary<string, byte[]> Entries { get; } = [];

        public List<string> Evicted { get; } = [];

        public int Gets { get; private set; }

        /// <summary>Done when an entry is stored.</summary>
        public Task Stored { get; set; } = Task.CompletedTask;

        public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
        {
            Evicted.Add(tag);
            return ValueTask.CompletedTask;
        }

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
        {
            Gets++;
            return new(Entries.GetValueOrDefault(key));
        }

        public ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) => throw new NotSupportedException();

        public async ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken)
        {
            await Stored;
            Entries[key] = value.ToArray();
        }
    }
}
