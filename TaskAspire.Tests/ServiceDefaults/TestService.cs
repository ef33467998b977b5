using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using TaskAspire.ServiceDefaults;

namespace TaskAspire.Tests.ServiceDefaults;

/// <summary>A service in memory that has the defaults and what a test adds.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private static readonly string[] Quiet = ["Default", "Microsoft", "StackExchange.Redis"];

    private readonly WebApplication _app;

    private TestService(WebApplication app)
    {
        _app = app;
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestService> StartAsync(
        Action<WebApplicationBuilder>? add = null,
        Action<WebApplication>? map = null,
        string environment = "Development",
        params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        // Failures on purpose fill the test's output otherwise.
        builder.Configuration.AddInMemoryCollection(Quiet.Select(category => KeyValuePair.Create($"Logging:LogLevel:{category}", (string?)"None")));
        builder.WebHost.UseTestServer();
        builder.AddServiceDefaults();
        add?.Invoke(builder);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestService(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
