using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Operations;

/// <summary>Two instances behind what a load balancer does: requests go to each in turn, and to one that is replaced no more.</summary>
internal sealed class TwoInstances(Func<ApiHost> start) : IAsyncDisposable
{
    private readonly ApiHost[] _hosts = [start(), start()];
    private readonly SemaphoreSlim _between = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private int _refreshes;

    public Task<ApiClient> CreateUserAsync() => _hosts[0].CreateUserAsync(TestContext.Current.CancellationToken);

    /// <summary>A client's day: reads and refreshes, each at the other instance. Any answer but 200 fails the test.</summary>
    /// <returns>How many requests were answered, when it is told to end.</returns>
    public async Task<int> AskAsync(ApiClient user)
    {
        var answered = 0;
        for (var i = 0; !_end.IsCancellationRequested; i++)
        {
            await _between.WaitAsync();
            try
            {
                var here = user.On(_hosts[i % 2]);
                here.Use(user.AccessToken);
                await here.GetAsync("tasks?limit=1");
                await here.GetAsync("auth/me");
                answered += 2;
                if (i % 3 == 2)
                {
                    var tokens = (await here.PostAsync("auth/refresh", new JsonObject { ["refreshToken"] = user.RefreshToken }, HttpStatusCode.OK)).Json;
                    user.Renew((string)tokens["accessToken"]!, (string)tokens["refreshToken"]!);
                    answered++;
                    Interlocked.Increment(ref _refreshes);
                }
            }
            finally
            {
                _between.Release();
            }
        }

        return answered;
    }

    /// <summary>Returns when the client has been through a whole turn since, with new tokens.</summary>
    public Task AnsweredAsync()
    {
        var seen = Volatile.Read(ref _refreshes);
        return Eventually.TrueAsync(() => Volatile.Read(ref _refreshes) >= seen + 2, TestContext.Current.CancellationToken);
    }

    /// <summary>A rolling restart: the new instance is up before the old one goes.</summary>
    public async Task ReplaceEachAsync(Func<ApiHost> next)
    {
        for (var i = 0; i < _hosts.Length; i++)
        {
            var host = next();
            _ = host.Services;
            await _between.WaitAsync();
            var before = _hosts[i];
            _hosts[i] = host;
            _between.Release();
            await before.DisposeAsync();
            await AnsweredAsync();
        }
    }

    public async Task<int> EndAsync(Task<int> requests)
    {
        await _end.CancelAsync();
        return await requests;
    }

    public async Task<JsonArray> JwksAsync() => (await _hosts[0].CreateAnonymous().GetAsync("/.well-known/jwks.json")).Json["keys"]!.AsArray();

    public Task GetAsync(ApiClient user, HttpStatusCode expected) => user.On(_hosts[1]).GetAsync("tasks", expected);

    public async Task<bool> AnswersAsync(ApiClient user)
    {
        using var response = await user.On(_hosts[0]).Http.GetAsync("/api/v1/auth/me");
        return response.IsSuccessStatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }
}
