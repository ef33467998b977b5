using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.WebhookDispatcher.Configuration;

namespace TaskAspire.Tests.Inbox;

/// <summary>The dispatcher as its <c>Program.cs</c> makes it, on Kestrel at a free loopback port.</summary>
internal sealed class InboxHost : WebApplicationFactory<DispatcherOptions>
{
    private readonly DispatcherDatabase _database;
    private readonly string _environment;

    public InboxHost(DispatcherDatabase database, string environment = "Development")
    {
        _database = database;
        _environment = environment;
        UseKestrel();
        Http = CreateClient();
    }

    public HttpClient Http { get; }

    public string Url(string path) => new Uri(Http.BaseAddress!, path).ToString();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not the port of UseKestrel: the factory sets that on a server which the program may have started meanwhile, and fails.
        builder.UseUrls("http://127.0.0.1:0");
        builder.UseEnvironment(_environment);
        builder.UseSetting("ConnectionStrings:taskdb", _database.ConnectionString + ";Minimum Pool Size=0");
        builder.UseSetting("Database:RequireTls", "false");
        builder.UseSetting("Webhooks:SharedSecret", "shared");
        builder.UseSetting("Webhooks:RetrySchedule:0", "00:00:00.1");
        builder.UseSetting("Webhooks:Timeout", "00:00:02");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
    }
}
