using Microsoft.Playwright;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static Microsoft.Playwright.Assertions;

namespace TaskAspire.Tests.Browser;

public class ApiReferenceTests(BackingServices backing)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Soon = new() { Timeout = 30_000 };

    [Fact]
    public async Task A_call_can_be_tried_with_a_token_and_nothing_comes_from_elsewhere()
    {
        await using var browser = await Chromium.StartAsync(1400, 1000);
        var user = await SharedApi.On(backing).CreateUserAsync();
        var address = user.Http.BaseAddress!.ToString();
        var page = browser.Page;
        await page.GotoAsync(address + "scalar/#tag/auth/GET/api/v1/auth/me");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test Request (get /api/v1/auth/me)" }).ClickAsync();
        var client = page.GetByRole(AriaRole.Dialog);
        await client.GetByPlaceholder("Token").FillAsync(user.AccessToken);

        var answer = await page.RunAndWaitForResponseAsync(
            () => client.GetByRole(AriaRole.Button, new() { Name = "Send" }).First.ClickAsync(), response => response.Url.EndsWith("/api/v1/auth/me", StringComparison.Ordinal));
        Assert.Equal(200, answer.Status);
        await Expect(client.GetByText("200 OK").First).ToBeVisibleAsync(Soon);
        await Expect(client.GetByText(user.Email).First).ToBeVisibleAsync(Soon);
        Assert.Empty(browser.Errors);
        Assert.All(browser.Requests, request => Assert.True(
            request.StartsWith(address, StringComparison.Ordinal) || request.StartsWith("data:", StringComparison.Ordinal) || request.StartsWith("blob:", StringComparison.Ordinal), request));
    }
}
