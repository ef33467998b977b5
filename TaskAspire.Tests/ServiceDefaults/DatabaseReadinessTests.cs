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

    private sealed class Used : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
