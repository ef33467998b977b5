using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using TaskAspire.Data.Webhooks;
using TaskAspire.Data.Webhooks.Targets;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

public class WebhookTargetGuardTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.31.196.1")]
    [InlineData("192.52.193.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.175.48.1")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("100:0:0:1::1")]
    [InlineData("2001:1::1")]
    [InlineData("2001:3::1")]
    [InlineData("2001:4:112::1")]
    [InlineData("2001:30::1")]
    [InlineData("2620:4f:8000::1")]
    [InlineData("2001::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("2001:2::1")]
    [InlineData("2001:10::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:a00:1::1")]
    [InlineData("2002:c0a8:101::1")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%3")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void What_is_not_public_unicast_is_refused(string address)
    {
        var guard = Guard();
        Assert.False(guard.IsAllowed(IPAddress.Parse(address), out var kind));
        Assert.NotEmpty(kind);
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        Assert.False(guard.TryParse($"http://{host}/hook", out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.0")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.0.1.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2001:200::1")]
    [InlineData("2002:808:808::1")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450:4001::1")]
    public void What_is_public_is_allowed(string address) => Assert.True(Guard().IsAllowed(IPAddress.Parse(address), out _));

    [Theory]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0x7f.0.0.1/")]
    [InlineData("http://017700000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127.0.1/")]
    [InlineData("http://0/")]
    [InlineData("http://①②⑦.⓪.⓪.①/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[0:0:0:0:0:ffff:127.0.0.1]/")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST/")]
    [InlineData("http://localhost./")]
    [InlineData("http://ｌｏｃａｌｈｏｓｔ/")]
    [InlineData("http://sub.localhost/")]
    [InlineData("http://127.0.0.1:8080/a?b=c")]
    [InlineData("http://0x7F.0x0.0x0.0x1/")]
    [InlineData("http://0177.0.0.0x1/")]
    [InlineData("http://00000177.1/")]
    [InlineData("http://4294967295/")]
    [InlineData("http://127%2e0%2e0%2e1/")]
    [InlineData("http://%6c%6f%63%61%6c%68%6f%73%74/")]
    [InlineData("http://loc\u00adalhost/")]
    [InlineData("http://localhost\u3002/")]
    [InlineData("http://[::ffff:127.0.0.1]:80/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[64:ff9b::127.0.0.1]/")]
    [InlineData("http://[64:ff9b:1:7f00:0:100::]/")]
    [InlineData("http://[2002:7f00:1::1]/")]
    [InlineData("http://[2001:0:7f00:1::80ff:fffe]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[fe80::1%25lo]/")]
    [InlineData("http://[fd12:3456:789a::1]/")]
    [InlineData("http://[::1]./")]
    public async Task No_spelling_of_loopback_gets_through(string url)
    {
        // As the resolvers of operating systems do: names of loopback, and numbers in any of the C library's spellings.
        Task<IPAddress[]> Resolve(string host, CancellationToken token) =>
            host.TrimEnd('.') is var name && (name.EndsWith("localhost", StringComparison.OrdinalIgnoreCase) || name == "127.0.0.1")
                ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
                : throw new SocketException((int)SocketError.HostNotFound);

        var guard = Guard(Resolve);
        if (guard.TryParse(url, out var uri, out _))
        {
            // A spelling that only some resolvers know may pass as a name; what it resolves to never does.
            var failure = await Record.ExceptionAsync(() => guard.ResolveAsync(uri, Token));
            Assert.True(failure is BlockedTargetException or SocketException { SocketErrorCode: SocketError.HostNotFound }, failure?.ToString());
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("hook")]
    [InlineData("/hook")]
    [InlineData("//example.com/hook")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://")]
    [InlineData("http://:80/")]
    [InlineData("http://example.com:0/")]
    [InlineData("http://example.com:65536/")]
    [InlineData("http://user@example.com/")]
    [InlineData("http://user:password@example.com/")]
    [InlineData("http://example.com/#part")]
    [InlineData(" http://example.com/")]
    [InlineData("http://example.com/\n")]
    [InlineData("http://exa mple.com/")]
    [InlineData("http://example.com\\@127.0.0.1/")]
    [InlineData("http:\\\\example.com/")]
    public void What_is_no_target_is_refused(string? url) => Assert.False(Guard().TryParse(url, out _, out _));

    [Fact]
    public void Addresses_longer_than_the_column_are_refused() =>
        Assert.False(Guard().TryParse("http://example.com/" + new string('a', 2048), out _, out _));

    [Fact]
    public void Production_takes_https_only()
    {
        var guard = new WebhookTargetGuard(Options.Create(new WebhookTargetOptions { RequireHttps = true }), Fixed("93.184.216.34"));
        Assert.False(guard.TryParse("http://example.com/", out _, out _));
        Assert.True(guard.TryParse("https://example.com/", out _, out _));
    }

    [Fact]
    public async Task One_forbidden_address_rules_the_name_out() => Assert.NotNull(
        await Guard(Fixed("93.184.216.34", "10.0.0.1")).FindProblemAsync("https://example.com/", Token));

    [Fact]
    public async Task A_name_server_that_takes_its_time_holds_up_nobody() => Assert.Null(
        await Guard((_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => Array.Empty<IPAddress>(), TaskScheduler.Default))
            .FindProblemAsync("https://slow.example/", Token).WaitAsync(TimeSpan.FromSeconds(30), Token));

    [Fact]
    public async Task Allowed_networks_are_open_in_all_forms()
    {
        var guard = new WebhookTargetGuard(
            Options.Create(new WebhookTargetOptions { AllowedNetworks = ["127.0.0.0/8", "::1/128"], RequireHttps = false }), Fixed("127.0.0.1", "::1", "::ffff:127.0.0.1"));
        Assert.Null(await guard.FindProblemAsync("http://localhost/", Token));
        Assert.NotNull(await guard.FindProblemAsync("http://10.0.0.1/", Token));
    }

    [Fact]
    public async Task A_name_that_changes_its_address_between_look_ups_is_caught_where_it_is_connected()
    {
        var answers = new Queue<string>(["93.184.216.34", "127.0.0.1"]);
        var guard = Guard((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]));
        Assert.Null(await guard.FindProblemAsync("http://rebind.example/", Token));

        using var client = new HttpClient(WebhookHttpClient.CreateHandler(guard));
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync(new Uri("http://rebind.example/"), null, Token));
        Assert.Equal(AttemptErrors.BlockedTarget, SendFailure.Describe(failure).Error);
        // One look-up for the connection: what was vetted is what would have been connected to.
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "has no address")]
    [InlineData(SocketError.NoData, "has no address")]
    [InlineData(SocketError.TryAgain, "could not be looked up")]
    public void An_owner_is_told_whether_it_is_the_name_or_its_server(SocketError error, string words)
    {
        var (kind, message) = SendFailure.Describe(new HttpRequestException(HttpRequestError.NameResolutionError, inner: new SocketException((int)error)));
        Assert.Equal(AttemptErrors.Dns, kind);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_that_was_stored_when_http_was_allowed_is_sent_to_while_it_is(bool requireHttps)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await using var dispatcher = await DispatcherHost.StartAsync(
            database.ConnectionString, null, ("Webhooks:RequireHttps", requireHttps.ToString()), ("Webhooks:RetrySchedule:0", "1.00:00:00"));
        await database.CountAsync(1, "SELECT count(*) FROM webhook_attempts");

        Assert.Equal(
            requireHttps ? "blocked_target: The address must be an https address." : "delivered",
            await database.ScalarAsync<string>("SELECT coalesce(error || ': ' || error_message, 'delivered') FROM webhook_attempts"));
        Assert.Equal(requireHttps ? 0 : 1, receiver.Received.Count);
    }

    [Fact]
    public async Task An_IPv4_address_in_the_clothes_of_IPv6_is_connected_to()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var guard = new WebhookTargetGuard(
            Options.Create(new WebhookTargetOptions { AllowedNetworks = ["127.0.0.0/8"], RequireHttps = false }), Fixed("::ffff:127.0.0.1"));
        using var client = new HttpClient(WebhookHttpClient.CreateHandler(guard));
        foreach (var host in new[] { "[::ffff:127.0.0.1]", "mapped.example" })
        {
            using var content = new StringContent("{}");
            using var response = await client.PostAsync(new UriBuilder(receiver.Url()) { Host = host }.Uri, content, Token);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }
    }

    // A proxy named by the environment would be connected to instead of the address that was vetted, and would look the name up by itself.
    [Fact]
    public void No_proxy_stands_between_the_guard_and_the_receiver()
    {
        using var handler = WebhookHttpClient.CreateHandler(Guard());
        Assert.False(handler.UseProxy);
        Assert.False(handler.AllowAutoRedirect);
        Assert.NotNull(handler.ConnectCallback);
    }

    [Theory]
    [InlineData("Webhooks:AllowedNetworks:1", "10.0.0.0/33")]
    [InlineData("Webhooks:AllowedNetworks", "10.0.0.0/8")]
    [InlineData("Webhooks:RetrySchedule:0", "5s")]
    [InlineData("Webhooks:ApiKey", "key\n")]
    [InlineData("Webhooks:ApiKey", "schlüssel")]
    [InlineData("ConnectionStrings:taskdb", "Host=127.0.0.1;Minimum Pool Size=30")]
    [InlineData("ConnectionStrings:taskdb", "Host=127.0.0.1;Maximum Pool Size=0")]
    public async Task What_would_fail_later_or_be_passed_over_stops_the_start_and_is_named(string setting, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => DispatcherHost.StartAsync("Host=127.0.0.1", null, (setting, value)));
        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
    }

    private static ResolveHost Fixed(params string[] addresses) => (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]);

    private static WebhookTargetGuard Guard(ResolveHost? resolve = null) =>
        new(Options.Create(new WebhookTargetOptions { RequireHttps = false }), resolve ?? Fixed("93.184.216.34"));
}
