using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TaskAspire.Tests.Auth;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Operations;

public sealed class WarmUpTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_key_ring_is_made_behind_the_start_and_not_within()
    {
        Assert.DoesNotContain(fixture.Api.Services.GetServices<IHostedService>(), service => service.GetType().Name == "DataProtectionHostedService");
        await Eventually.TrueAsync(() => fixture.Api.QueryAsync(database => database.DataProtectionKeys.AnyAsync(TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken);
    }
}
