using Microsoft.Playwright;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Tests.Browser;

/// <summary>The Chromium that is installed, without a window. None is downloaded.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const float TimeoutMs = 60_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
        page.Request += (_, request) => Requests.Add(request.Url);
        page.PageError += (_, error) => Errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Errors.Add(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Addresses of all that the page asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>What the page's scripts failed with, and what its policy forbade.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Opens an empty page, or skips the test where there is no Chromium.</summary>
    public static async Task<Chromium> StartAsync(int width = 1100, int height = 800)
    {
        string[] names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "msedge"];
        var program = names.Select(name => Executables.Find(name)).FirstOrDefault(path => path is not null);
        Assert.SkipWhen(program is null, "There is no Chromium or Chrome on PATH.");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            // Its sandbox needs what root in a container has not; it opens pages of ours alone.
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            Timeout = TimeoutMs,
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = ColorScheme.Light });
        page.SetDefaultTimeout(TimeoutMs);
        return new Chromium(playwright, browser, page);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
