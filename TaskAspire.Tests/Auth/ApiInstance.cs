using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TaskAspire.Data;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.Auth;

/// <summary>One instance of the API in this process, with a clock that stands still until it is moved.</summary>
internal sealed class ApiInstance : ApiHost
{
    /// <summary>A request's client has the address that stands in this header.</summary>
    internal const string AddressHeader = "X-Test-Address";

    internal const string Password = "Correct-Horse-7";

    internal ApiInstance(string database, string redis, params (string Key, string Value)[] settings)
        : this(database, redis, new FakeTimeProvider(DateTimeOffset.UtcNow), settings)
    {
    }

    private ApiInstance(string database, string redis, FakeTimeProvider clock, (string Key, string Value)[] settings)
        : base(database, redis, clock, settings.ToDictionary(s => s.Key, s => (string?)s.Value)) => Clock = clock;

    internal FakeTimeProvider Clock { get; }

    /// <summary>Where requests come from that name no address: of each instance another, so that no other test's count against its limit.</summary>
    internal string Address { get; } = new IPAddress([0x20, 0x01, 0x0d, 0xb8, .. Guid.NewGuid().ToByteArray().AsSpan(0, 12)]).ToString();

    internal async Task<T> QueryAsync<T>(Func<TaskDbContext, Task<T>> query)
    {
        await using var scope = Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<TaskDbContext>());
    }

    internal async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> SendAsync(
        HttpMethod method, string path, object? body = null, string? token = null, string? address = null, string? apiKey = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (address is not null)
        {
            request.Headers.Add(AddressHeader, address);
        }

        if (apiKey is not null)
        {
            request.Headers.Add("X-API-Key", apiKey);
        }

        using var client = CreateClient();
        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, response);
    }

    internal async Task<(int Status, JsonElement Body)> PostAsync(string path, object? body = null, string? token = null)
    {
        var (status, answer, _) = await SendAsync(HttpMethod.Post, path, body, token);
        return (status, answer);
    }

    internal async Task<(int Status, JsonElement Body)> GetAsync(string path, string? token = null)
    {
        var (status, answer, _) = await SendAsync(HttpMethod.Get, path, null, token);
        return (status, answer);
    }

    internal async Task<string> RegisterAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var (status, _) = await PostAsync("/api/v1/auth/register", new { email, password = Password });
        Assert.Equal(201, status);
        return email;
    }

    internal async Task<(string Access, string Refresh)> LogInAsync(string email)
    {
        var (status, body) = await PostAsync("/api/v1/auth/login", new { email, password = Password });
        Assert.Equal(200, status);
        return (body.GetProperty("accessToken").GetString()!, body.GetProperty("refreshToken").GetString()!);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddSingleton<IStartupFilter>(new AddressFromHeader(IPAddress.Parse(Address))));
    }

    private sealed class AddressFromHeader(IPAddress otherwise) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.TryParse(context.Request.Headers[AddressHeader], out var address) ? address : otherwise;
                return following(context);
            });
            next(app);
        };
    }
}
