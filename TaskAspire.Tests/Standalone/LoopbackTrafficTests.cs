using TaskAspire.Standalone.Processes;

namespace TaskAspire.Tests.Standalone;

public sealed class LoopbackTrafficTests
{
    [Theory]
    [InlineData(null, "127.0.0.1,localhost,[::1]")]
    [InlineData("", "127.0.0.1,localhost,[::1]")]
    [InlineData(".example.com, LOCALHOST", ".example.com,LOCALHOST,127.0.0.1,[::1]")]
    public void What_is_exempt_stays_so_and_this_machine_is_added(string? given, string expected) => Assert.Equal(expected, LoopbackTraffic.WithLoopback(given));
}
