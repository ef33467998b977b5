using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.Tests.RateLimiting;

public sealed class RateLimitingOptionsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_integrations_document()
    {
        var options = Bind();
        Assert.True(options.Enabled);
        Assert.Equal((100, TimeSpan.FromMinutes(1)), (options.Api.PermitLimit, options.Api.Window));
        Assert.Equal((5, TimeSpan.FromMinutes(15)), (options.Auth.PermitLimit, options.Auth.Window));
    }

    [Fact]
    public void One_value_of_a_rule_can_be_set_alone() => Assert.Equal(TimeSpan.FromMinutes(1), Bind(("Api:PermitLimit", "7")).Api.Window);

    [Theory]
    [InlineData("Api:PermitLimit", "0")]
    [InlineData("Auth:Window", "00:00:00")]
    [InlineData("AuthPerAddress:PermitLimit", "0")]
    [InlineData("KnownProxies:0", "proxy.example")]
    [InlineData("KnownNetworks:0", "10.0.0.0/33")]
    [InlineData("KnownNetworks:0", "10.0.0.0")]
    [InlineData("Api:PermitLimit", "many")]
    [InlineData("Enabled", "perhaps")]
    public void What_makes_no_sense_is_refused_and_named(string key, string value)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Bind((key, value)));
        Assert.Contains("RateLimiting:" + key.Split(":0")[0], Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    private static RateLimitingOptions Bind(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"RateLimiting:{s.Key}", (string?)s.Value))).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddSettings<RateLimitingOptions>(RateLimitingOptions.Section);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<RateLimitingOptions>>().Value;
    }
}
