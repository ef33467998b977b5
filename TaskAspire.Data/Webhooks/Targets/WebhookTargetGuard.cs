using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace TaskAspire.Data.Webhooks.Targets;

/// <summary>Looks up the addresses of a host name.</summary>
/// <returns>All of them.</returns>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>
/// Decides where webhooks may go, so that nobody can have this service speak to the machines around it (server-side request
/// forgery, CWE-918). The API asks it when an endpoint is made, to tell its owner early; the dispatcher asks it at each connect, which is
/// what protects: names are looked up once, every address must be public unicast or in <see cref="WebhookTargetOptions.AllowedNetworks"/>,
/// and the connection is made to the very address that was vetted.
/// </summary>
public sealed class WebhookTargetGuard(IOptions<WebhookTargetOptions> options, ResolveHost resolve)
{
    private const string NotHttps = "must be an https address";

    /// <summary>How long an owner waits for a name server, which may be anybody's and take its time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly IPNetwork[] _allowed = [.. options.Value.AllowedNetworks.Select(IPNetwork.Parse)];
    private readonly bool _requireHttps = options.Value.RequireHttps ?? true;

    /// <summary>Whether an address has the form of a target: what can be told without looking up its host.</summary>
    /// <param name="url">The address.</param>
    /// <param name="uri">It, parsed.</param>
    /// <param name="problem">What is wrong with it, in words for the endpoint's owner.</param>
    public bool TryParse([NotNullWhen(true)] string? url, [NotNullWhen(true)] out Uri? uri, [NotNullWhen(false)] out string? problem)
    {
        uri = null;
        // Uri trims white space and control characters at the ends; what is stored is then not what is connected to.
        if (string.IsNullOrEmpty(url) || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) || url.Contains('\\'))
        {
            problem = "must be an absolute http or https address without spaces, control characters or backslashes";
            return false;
        }

        if (url.Length > WebhookEndpoint.UrlMaxLength)
        {
            problem = $"must have at most {WebhookEndpoint.UrlMaxLength} characters";
            return false;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps))
        {
            problem = _requireHttps ? "must be an absolute https address" : "must be an absolute http or https address";
            return false;
        }

        problem = ProblemOf(parsed);
        uri = problem is null ? parsed : null;
        return problem is null;
    }

    /// <summary>
    /// What is wrong with an address as a target, its host looked up; null when nothing is. A name that cannot be looked up now, or in time, is
    /// accepted: the receiver may not be there yet, and each connect is vetted again.
    /// </summary>
    public async Task<string?> FindProblemAsync(string? url, CancellationToken cancellationToken)
    {
        if (!TryParse(url, out var uri, out var problem))
        {
            return problem;
        }

        try
        {
            await ResolveAsync(uri, cancellationToken).WaitAsync(Patience, cancellationToken);
            return null;
        }
        catch (BlockedTargetException blocked)
        {
            return blocked.Message;
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>
    /// The addresses of a target's host, all of them vetted. One that is not allowed rules out all: it may be the one connected to next time.
    /// </summary>
    /// <exception cref="BlockedTargetException">One is not allowed, or the target is not https where that is required.</exception>
    /// <exception cref="SocketException">The name has no address, or cannot be looked up.</exception>
    public async Task<IPAddress[]> ResolveAsync(Uri target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        // Here, too, since the address may be stored from a time when http was allowed.
        if (IsForbiddenScheme(target))
        {
            throw new BlockedTargetException(NotHttps);
        }

        var host = target.IdnHost;
        // The parser of IPAddress knows what the C library would make of 127.1, 0x7f000001 or 017700000001.
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.NoData);
        }

        foreach (var address in addresses)
        {
            if (!IsAllowed(address, out var kind))
            {
                throw new BlockedTargetException(literal is null
                    ? $"must not lead to {host}, whose address {address} is not public ({kind})"
                    : $"must not lead to {address}, which is not public ({kind})");
            }
        }

        // A socket for IPv6 reaches no IPv4 address, however it is written.
        return Array.ConvertAll(addresses, Plain);
    }

    /// <summary>Whether an address may be connected to.</summary>
    /// <param name="address">The address.</param>
    /// <param name="kind">If not, what kind of address it is.</param>
    public bool IsAllowed(IPAddress address, [NotNullWhen(false)] out string? kind)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Plain(address);
        kind = _allowed.Any(network => network.Contains(plain)) ? null : PublicAddresses.SpecialName(address);
        return kind is null;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool IsForbiddenScheme(Uri uri) => _requireHttps && uri.Scheme != Uri.UriSchemeHttps;

    private string? ProblemOf(Uri uri)
    {
        if (IsForbiddenScheme(uri))
        {
            return NotHttps;
        }

        if (uri.UserInfo.Length > 0)
        {
            return "must not hold a user name or password";
        }

        if (uri.Fragment.Length > 0)
        {
            return "must not hold a fragment (#…)";
        }

        if (uri.Host.Length == 0 || uri.Port == 0 || uri.HostNameType == UriHostNameType.Basic)
        {
            return "must name a host and, if any, a port from 1 to 65535";
        }

        return IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address) && !IsAllowed(address, out var kind)
            ? $"must not lead to {address}, which is not public ({kind})"
            : null;
    }
}
