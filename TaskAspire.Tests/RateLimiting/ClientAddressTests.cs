using System.Net;
using TaskAspire.ApiService.RateLimiting;

namespace TaskAspire.Tests.RateLimiting;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::/64")]
    [InlineData("::1", "::/64")]
    public void A_subscriber_is_one_client(string address, string client) => Assert.Equal(client, ClientAddress.Of(IPAddress.Parse(address)));

    [Fact]
    public void A_connection_without_address_is_a_client_too() => Assert.Equal("unknown", ClientAddress.Of((IPAddress?)null));
}
