using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.Tests.ServiceDefaults;

/// <summary>Who a service says it is.</summary>
public sealed class ServiceInfoTests
{
    [Theory]
    [InlineData(null, null, "TaskAspire.Tests", null)]
    [InlineData("", "", "TaskAspire.Tests", null)]
    [InlineData("tasks", "2.1 beta", "tasks", null)]
    [InlineData("tasks", "2.1.0", "tasks", "2.1.0")]
    public void What_is_empty_or_malformed_is_not_taken(string? name, string? version, string expectedName, string? expectedVersion)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("OTEL_SERVICE_NAME", name), new("Service:Version", version)])
            .Build();
        var info = ServiceInfo.From(configuration, new HostingEnvironment { ApplicationName = "TaskAspire.Tests", EnvironmentName = "Testing" });
        Assert.Equal(expectedName, info.Name);
        Assert.Equal(expectedVersion ?? ServiceInfo.From(new ConfigurationBuilder().Build(), new HostingEnvironment { ApplicationName = "TaskAspire.Tests" }).Version, info.Version);
        Assert.NotEqual("", info.Version);
    }
}
