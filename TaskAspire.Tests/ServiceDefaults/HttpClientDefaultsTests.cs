using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ServiceDefaults.Resilience;

namespace TaskAspire.Tests.ServiceDefaults;

public class HttpClientDefaultsTests
{
    [Fact]
    public async Task A_client_has_resilience_and_discovery_unless_it_says_otherwise()
    {
        await using var service = await TestService.StartAsync(builder =>
        {
            builder.Services.AddHttpClient("ordinary");
            builder.Services.AddHttpClient("once").WithoutResilience();
            builder.Services.AddHttpClient("bare").WithoutDefaults();
        });
        Assert.Equal((true, true), Has("ordinary"));
        Assert.Equal((false, true), Has("once"));
        Assert.Equal((false, false), Has("bare"));

        (bool Resilience, bool Discovery) Has(string name)
        {
            var handlers = new List<string>();
            for (var handler = service.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
                handler is DelegatingHandler { InnerHandler: { } inner };
                handler = inner)
            {
                handlers.Add(handler.GetType().Name);
            }

            return (handlers.Contains("ResilienceHandler"), handlers.Exists(type => type.Contains("Resolving", StringComparison.Ordinal)));
        }
    }
}
