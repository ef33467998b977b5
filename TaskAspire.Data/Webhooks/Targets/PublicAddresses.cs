using System.Net;
using System.Net.Sockets;

namespace TaskAspire.Data.Webhooks.Targets;

/// <summary>
/// Tells public unicast addresses from all others, by the IANA special-purpose registries (RFC 6890 and its successors).
/// IPv4 is public unless listed. IPv6 is not public unless in 2000::/3, the only block assigned to global unicast (RFC 4291 §2.4),
/// and not listed.
/// </summary>
internal static class PublicAddresses
{
    private static readonly (IPNetwork Network, string Name)[] SpecialIPv4 =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "this network"),
        (IPNetwork.Parse("10.0.0.0/8"), "private"),
        (IPNetwork.Parse("100.64.0.0/10"), "carrier-grade NAT"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        // Not in the registry, but every virtual machine and container on Azure reaches its host's services there.
        (IPNetwork.Parse("168.63.129.16/32"), "cloud platform"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"),
        (IPNetwork.Parse("172.16.0.0/12"), "private"),
        (IPNetwork.Parse("192.0.0.0/24"), "protocol assignments"),
        (IPNetwork.Parse("192.0.2.0/24"), "documentation"),
        // Anycast of the infrastructure, which answers whoever is near: no receiver of anybody's.
        (IPNetwork.Parse("192.31.196.0/24"), "AS112"),
        (IPNetwork.Parse("192.52.193.0/24"), "AMT relay"),
        (IPNetwork.Parse("192.88.99.0/24"), "6to4 relay"),
        (IPNetwork.Parse("192.168.0.0/16"), "private"),
        (IPNetwork.Parse("192.175.48.0/24"), "AS112"),
        (IPNetwork.Parse("198.18.0.0/15"), "benchmarking"),
        (IPNetwork.Parse("198.51.100.0/24"), "documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("255.255.255.255/32"), "broadcast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
    ];

    // Those outside 2000::/3 are here for their names: the message tells the owner what is wrong with the address.
    private static readonly (IPNetwork Network, string Name)[] SpecialIPv6 =
    [
        (IPNetwork.Parse("::/128"), "unspecified"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("::/96"), "IPv4-compatible"),
        (IPNetwork.Parse("64:ff9b:1::/48"), "local NAT64"),
        (IPNetwork.Parse("100::/64"), "discard-only"),
        (IPNetwork.Parse("100:0:0:1::/64"), "dummy prefix"),
        (IPNetwork.Parse("2001::/32"), "Teredo"),
        (IPNetwork.Parse("2001:db8::/32"), "documentation"),
        (IPNetwork.Parse("2001::/23"), "protocol assignments"),
        (IPNetwork.Parse("2620:4f:8000::/48"), "AS112"),
        (IPNetwork.Parse("3fff::/20"), "documentation"),
        (IPNetwork.Parse("5f00::/16"), "segment routing"),
        (IPNetwork.Parse("fc00::/7"), "unique local"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("fec0::/10"), "site-local"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>What kind of address it is, in a word or two; null for a public one.</summary>
    public static string? SpecialName(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return NameIn(SpecialIPv4, address);
        }

        // A scope (fe80::1%eth0) takes no part in which network an address belongs to.
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var plain = new IPAddress(bytes);
        if (Nat64.Contains(plain))
        {
            return Embedded("NAT64", bytes[12..]);
        }

        if (SixToFour.Contains(plain))
        {
            return Embedded("6to4", bytes[2..6]);
        }

        return NameIn(SpecialIPv6, plain) ?? (GlobalUnicast.Contains(plain) ? null : "reserved");
    }

    private static string? Embedded(string form, ReadOnlySpan<byte> ipv4) =>
        NameIn(SpecialIPv4, new IPAddress(ipv4)) is { } name
            ? $"{form} form of {name}"
            : null;

    private static string? NameIn((IPNetwork Network, string Name)[] networks, IPAddress address)
    {
        foreach (var (network, name) in networks)
        {
            if (network.Contains(address))
            {
                return name;
            }
        }

        return null;
    }
}
