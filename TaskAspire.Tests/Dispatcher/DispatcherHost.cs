using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ServiceDefaults;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>A dispatcher in this process, with all its rooms.</summary>
internal sealed class DispatcherHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DispatcherHost(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public HttpClient Client => _app.GetTestClient();

    public static async Task<DispatcherHost> StartAsync(
        string connectionString, Action<IServiceCollection>? configure = null, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Test", ApplicationName = "TaskAspire.WebhookDispatcher" });
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:taskdb", connectionString + ";Minimum Pool Size=0"),
            new("Webhooks:AllowedNetworks:0", "127.0.0.0/8"),
            new("Webhooks:AllowedNetworks:1", "::1/128"),
            new("Logging:LogLevel:Default", "None"),
            new("Logging:LogLevel:Microsoft", "None"),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        builder.WebHost.UseTestServer();
        builder.AddServiceDefaults();
        builder.AddStore();
        builder.Services.AddDispatcherFoundations();
        builder.Services.AddWakeups();
        builder.Services.AddDueTimes();
        builder.Services.AddSending();
        builder.Services.AddDeliveries();
        builder.Services.AddUpkeep();
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new DispatcherHost(app);
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
