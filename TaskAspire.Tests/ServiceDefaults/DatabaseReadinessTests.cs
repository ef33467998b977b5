using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TaskAspire.ServiceDefaults;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.ServiceDefaults;

public class DatabaseReadinessTests(BackingServices backing)
{
    [Fact]
    public async Task What_the_question_uses_lives_until_it_is_answered_though_the_check_has_given_up()
    {
        var cancel = TestContext.Current.CancellationToken;
        var connectionString = await backing.CreateDatabaseAsync(cancel);
        var answered = new TaskCompletionSource<bool>();
        Used? used = null;
        await using var service = await TestService.StartAsync(builder =>
        {
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
            builder.Services.AddScoped<Used>();
            builder.AddDatabaseHealthCheck((services, _) =>
            {
                used = services.GetRequiredService<Used>();
                return answered.Task;
            });
        });

        using var response = await service.Client.GetAsync("/health", cancel);

        Assert.Contains("No answer within 2 s.", await response.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
        Assert.False(used!.IsDisposed);
        answered.SetResult(true);
        await Eventually.TrueAsync(() => used.IsDisposed, cancel);
    }

    [Fact]
    public async Task What_takes_long_to_give_up_does_not_hold_up_the_answer()
    {
        var cancel = TestContext.Current.CancellationToken;
        var connectionString = await backing.CreateDatabaseAsync(cancel);
        var answered = new TaskCompletionSource<bool>();
        using var givenUp = new ManualResetEventSlim();
        await using var service = await TestService.StartAsync(builder =>
        {
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
            builder.AddDatabaseHealthCheck((_, token) =>
            {
                // As Npgsql does: whoever cancels a statement waits for a server that hangs.
                token.Register(() => givenUp.Wait(CancellationToken.None));
                return answered.Task;
            });
        });

        try
        {
            using var response = await service.Client.GetAsync("/health", cancel).WaitAsync(TimeSpan.FromSeconds(20), cancel);
            Assert.Contains("No answer within 2 s.", await response.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
        }
        finally
        {
            givenUp.Set();
            answered.SetResult(true);
        }
    }

    [Fact]
    public async Task A_server_without_the_TLS_that_is_asked_for_is_told_from_one_that_is_away()
    {
        var cancel = TestContext.Current.CancellationToken;
        var connectionString = await backing.CreateDatabaseAsync(cancel) + ";SSL Mode=Require";
        await using var service = await TestService.StartAsync(builder =>
        {
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
            builder.AddDatabaseHealthCheck();
        });

        using var response = await service.Client.GetAsync("/health", cancel);

        Assert.Contains("PostgreSQL answers, but not as the connection asks", await response.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
    }

    private sealed class Used : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
