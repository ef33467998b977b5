using System.Net;
using System.Net.Sockets;

namespace TaskAspire.ApiService.RateLimiting;

/// <summary>What stands for a client that is not known by name.</summary>
internal static class ClientAddress
{
    private const int SubscriberPrefixBytes = 8;

    /// <summary>
    /// The client's IPv4 address, or the /64 of its IPv6 address: a subscriber is given a whole /64 and could otherwise take a new
    /// address for each request.
    /// </summary>
    internal static string Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    internal static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(SubscriberPrefixBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
