using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using TaskAspire.Data.Webhooks.Targets;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Webhooks;

public sealed class HostLookupsTests : IDisposable
{
    private readonly ManualResetEventSlim _answer = new();
    private readonly ConcurrentQueue<(string Host, bool OfThePool)> _asked = [];
    private readonly HostLookups _lookups;

    public HostLookupsTests() => _lookups = new HostLookups(host =>
    {
        _asked.Enqueue((host, Thread.CurrentThread.IsThreadPoolThread));
        _answer.Wait(Token);
        return host == "unknown.example" ? throw new SocketException((int)SocketError.HostNotFound) : [IPAddress.Loopback];
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Slow_name_servers_keep_no_thread_of_the_pool()
    {
        var lookups = Enumerable.Range(0, 50).Select(i => _lookups.ResolveAsync($"{i}.example", Token)).ToList();
        await Eventually.TrueAsync(() => _asked.Count == 50, Token);
        _answer.Set();
        Assert.All(await Task.WhenAll(lookups), addresses => Assert.Equal([IPAddress.Loopback], addresses));
        Assert.DoesNotContain(_asked, asked => asked.OfThePool);
    }

    [Fact]
    public async Task A_name_is_looked_up_once_at_a_time_for_all_who_ask()
    {
        using var impatient = new CancellationTokenSource();
        var first = _lookups.ResolveAsync("a.example", impatient.Token);
        var second = _lookups.ResolveAsync("A.example", Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => first);
        _answer.Set();
        Assert.Equal([IPAddress.Loopback], await second);
        Assert.Single(_asked);
        await Eventually.TrueAsync(async () => await _lookups.ResolveAsync("a.example", Token) is [_] && _asked.Count > 1, Token);
    }

    [Fact]
    public async Task A_name_that_is_not_known_is_told()
    {
        _answer.Set();
        var failure = await Assert.ThrowsAsync<SocketException>(() => _lookups.ResolveAsync("unknown.example", Token));
        Assert.Equal(SocketError.HostNotFound, failure.SocketErrorCode);
    }

    [Fact]
    public async Task No_more_names_than_the_limit_are_looked_up_at_a_time()
    {
        var lookups = Enumerable.Range(0, HostLookups.Most).Select(i => _lookups.ResolveAsync($"{i}.example", Token)).ToList();
        var refused = await Assert.ThrowsAsync<SocketException>(() => _lookups.ResolveAsync("one.too.many.example", Token));
        Assert.Equal(SocketError.TryAgain, refused.SocketErrorCode);
        _answer.Set();
        await Task.WhenAll(lookups);
    }

    public void Dispose() => _answer.Set();
}
