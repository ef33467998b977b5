using TaskAspire.ApiService.Portability;

namespace TaskAspire.Tests.Portability;

public sealed class CalendarZonesTests
{
    [Theory]
    [InlineData("America/Argentina/ComodRivadavia", "America/Argentina/ComodRivadavia")]
    [InlineData("/example.org/America/Argentina/ComodRivadavia", "America/Argentina/ComodRivadavia")]
    [InlineData("w. europe standard time", "Europe/Berlin")]
    [InlineData("/Europe", null)]
    [InlineData("/", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_name_tells_a_zone_or_none(string? name, string? zone) => Assert.Equal(zone, CalendarZones.Find(name));

    [Fact(Timeout = 20_000)]
    public async Task A_name_of_many_slashes_takes_no_longer_than_one_of_few() =>
        Assert.Null(await Task.Run(() => CalendarZones.Find(new string('/', 4_000_000)), TestContext.Current.CancellationToken));
}
