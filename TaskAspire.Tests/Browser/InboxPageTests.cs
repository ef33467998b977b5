using Microsoft.Playwright;
using TaskAspire.Data.Webhooks;
using TaskAspire.Standalone;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Inbox;
using static Microsoft.Playwright.Assertions;

namespace TaskAspire.Tests.Browser;

public class InboxPageTests(BackingServices backing)
{
    /// <summary>1: the picture in docs is taken again.</summary>
    private const string PictureVariable = "TASKASPIRE_ACCEPT_PICTURES";

    private static readonly LocatorAssertionsToBeVisibleOptions Soon = new() { Timeout = 30_000 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_appears_and_after_500_its_second_attempt()
    {
        await using var browser = await Chromium.StartAsync(960, 600);
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, host.Url("/inbox/demo"));
        var page = browser.Page;
        await page.GotoAsync(host.Url("/inbox"));
        await Expect(page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync(Soon);

        await AddReminderAsync(database, user, "Water the plants");
        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "attempt 1" }).GetByText("signature valid")).ToBeVisibleAsync(Soon);

        await page.GetByRole(AriaRole.Button, new() { Name = "500" }).ClickAsync();
        await Expect(page.GetByText("The next 1 gets 500; then 200.")).ToBeVisibleAsync(Soon);
        await AddReminderAsync(database, user, "Feed the cat");
        var again = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "attempt 2" });
        await Expect(again.GetByText("signature valid")).ToBeVisibleAsync(Soon);
        await Expect(again.GetByText("answered 200")).ToBeVisibleAsync(Soon);
        await Expect(page.GetByText("answered 500")).ToHaveCountAsync(1);

        await again.Locator("summary").ClickAsync();
        await Expect(again.GetByText("\"title\": \"Feed the cat\"")).ToBeVisibleAsync(Soon);
        await Expect(again.GetByText("webhook-signature", new() { Exact = true })).ToBeVisibleAsync(Soon);
        Assert.Empty(browser.Errors);
        Assert.All(browser.Requests, request => Assert.StartsWith(host.Url("/inbox"), request, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable(PictureVariable) == "1")
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(SourceTree.Root!, "docs", "images", "inbox.png"), FullPage = true });
        }
    }

    [Fact]
    public async Task Markup_in_what_arrives_is_text()
    {
        await using var browser = await Chromium.StartAsync();
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var host = new InboxHost(database);
        var page = browser.Page;
        await page.GotoAsync(host.Url("/inbox"));
        await Expect(page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync(Soon);

        const string Hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        using var content = new StringContent(System.Text.Json.JsonSerializer.Serialize(new { @event = Hostile, data = new { title = Hostile } }));
        content.Headers.Add("X-Note", "<b>bold</b>");
        (await host.Http.PostAsync($"/inbox/{Uri.EscapeDataString("<i>name")}", content, Token)).EnsureSuccessStatusCode();
        var item = page.GetByRole(AriaRole.Listitem);
        await Expect(item.GetByText("unknown endpoint").First).ToBeVisibleAsync(Soon);
        await item.Locator("summary").ClickAsync();

        await Expect(item.Locator(".event")).ToContainTextAsync(Hostile);
        await Expect(item.GetByText("<b>bold</b>")).ToBeVisibleAsync(Soon);
        Assert.Equal(0, await item.Locator("img, script, b, i").CountAsync());
        Assert.Equal("Webhook inbox", await page.TitleAsync());
    }

    private static Task AddReminderAsync(DispatcherDatabase database, Guid user, string title) => database.ExecuteAsync(
        "INSERT INTO webhook_events (id, user_id, type, payload, occurred_at) VALUES (@id, @user, 'task.reminder', @payload, now())",
        ("id", Guid.CreateVersion7()), ("user", user),
        ("payload", WebhookPayload.ForDueTask(WebhookEventTypes.TaskReminder, DateTimeOffset.UtcNow, Guid.CreateVersion7(), title, null, user)));
}
