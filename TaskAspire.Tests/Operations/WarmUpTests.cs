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

    [Fact]
    public async Task A_write_is_rehearsed_and_leaves_nothing()
    {
        // A tag made, a task created and completed: numbers of a sequence are not given back.
        await Eventually.TrueAsync(
            async () => await fixture.Api.QueryAsync(database => database.Database
                .SqlQuery<long>($"""SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('changes', 'id')), 0) AS "Value" """)
                .SingleAsync(TestContext.Current.CancellationToken)) == 3,
            TestContext.Current.CancellationToken);

        Assert.False(await fixture.Api.QueryAsync(database => database.Users.IgnoreQueryFilters().AnyAsync(TestContext.Current.CancellationToken)));
        Assert.False(await fixture.Api.QueryAsync(database => database.Changes.AnyAsync(TestContext.Current.CancellationToken)));
    }
}
