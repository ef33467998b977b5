using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Ports;

namespace TaskAspire.Tests.Standalone;

public class PortAllocatorTests
{
    [Fact]
    public void A_taken_port_is_named_with_its_holder_its_option_and_its_variable()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var message = Assert.Throws<StackException>(() => new PortAllocator().Claim(port, "the API", "--api-port")).Message;

        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), message, StringComparison.Ordinal);
        Assert.Contains("the API", message, StringComparison.Ordinal);
        Assert.Contains("--api-port", message, StringComparison.Ordinal);
        Assert.Contains("TASKASPIRE_API_PORT", message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains($"process {Environment.ProcessId}", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_port_is_not_given_to_two_parts()
    {
        var ports = new PortAllocator();
        var port = ports.ClaimFree();

        Assert.Throws<StackException>(() => ports.Claim(port, "Redis", "--redis-port"));
    }

    [Fact]
    public void Zero_gives_different_free_ports_below_those_of_outgoing_connections()
    {
        var ports = new PortAllocator();

        var claimed = Enumerable.Range(0, 20).Select(_ => ports.Claim(0, "Redis", "--redis-port")).ToArray();

        Assert.Equal(20, claimed.Distinct().Count());
        Assert.All(claimed, port => Assert.InRange(port, 20_000, 31_999));
    }
}
