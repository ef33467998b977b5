using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.ApiKeys;
using TaskAspire.Data;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Auth;

public sealed class DatabaseAwayTests(BackingServices services)
{
    [Fact]
    public async Task Without_the_database_a_session_cannot_be_checked_and_that_is_no_401()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var postgres = await services.StartPrivatePostgresAsync(cancellationToken);
        await using var redis = await services.RentRedisAsync(cancellationToken);
        var options = new DbContextOptionsBuilder<TaskDbContext>();
        TaskDatabase.Configure(options.UseNpgsql(postgres.ConnectionString()));
        await using (var database = new TaskDbContext(options.Options))
        {
            await database.Database.MigrateAsync(cancellationToken);
        }

        await using var api = new ApiInstance(postgres.ConnectionString(), redis.ConnectionString);
        var email = await api.RegisterAsync();
        var (access, refresh) = await api.LogInAsync(email);
        await postgres.StopAsync();
        foreach (var (status, problem) in new[]
        {
            await api.GetAsync("/api/v1/auth/me", access),
            await api.PostAsync("/api/v1/auth/refresh", new { refreshToken = refresh }),
            await api.PostAsync("/api/v1/auth/login", new { email, password = ApiInstance.Password }),
        })
        {
            Assert.Equal(503, status);
            Assert.Equal("database", problem.GetProperty("service").GetString());
        }

        Assert.Equal(503, (await api.GetAsync("/api/v1/tasks", ApiKeyText.Create())).Status);

        await postgres.StartAsync(cancellationToken);
        // Within the moment that the gate takes to notice.
        await Eventually.TrueAsync(async () => (await api.GetAsync("/api/v1/auth/me", access)).Status == 200, cancellationToken);
        Assert.Equal(200, (await api.PostAsync("/api/v1/auth/refresh", new { refreshToken = refresh })).Status);
    }
}
