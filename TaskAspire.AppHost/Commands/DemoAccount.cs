using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace TaskAspire.AppHost.Commands;

/// <summary>An account to look at, used by the API like any client's.</summary>
internal sealed class DemoAccount(EndpointReference api, EndpointReference dispatcher)
{
    public const string Email = "demo@example.com";
    public const string Password = "Demonstration-1";

    private const string Inbox = "/inbox/demo";
    private static readonly string[] Events = ["task.created", "task.completed", "task.reminder", "task.overdue"];

    /// <summary>Categories, tags and tasks: some due soon, one overdue, one done, one with a reminder in half a minute.</summary>
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        using var http = await LogInAsync(cancellationToken);
        await EnsureInboxAsync(http, cancellationToken);
        var home = await EnsureCategoryAsync(http, "Home", cancellationToken);
        var work = await EnsureCategoryAsync(http, "Work", cancellationToken);
        var now = TimeProvider.System.GetUtcNow();
        object[] tasks =
        [
            new { title = "Water the plants", categoryId = home, tags = new[] { "garden" }, reminders = new[] { new { at = now.AddSeconds(30) } } },
            new { title = "Prepare the demo", categoryId = work, priority = "high", dueDate = now.AddHours(2), tags = new[] { "demo" } },
            new { title = "Answer the audit", categoryId = work, priority = "urgent", dueDate = now.AddDays(-1) },
            new { title = "Weekly review", categoryId = work, dueDate = now.AddDays(3), recurrence = "FREQ=WEEKLY" },
            new { title = "Buy bread", categoryId = home, status = "done" },
        ];
        foreach (var task in tasks)
        {
            await PostAsync(http, "tasks", task, cancellationToken);
        }
    }

    /// <summary>Sends <c>webhook.test</c> to the inbox.</summary>
    public async Task SendTestWebhookAsync(CancellationToken cancellationToken)
    {
        using var http = await LogInAsync(cancellationToken);
        var endpoint = await EnsureInboxAsync(http, cancellationToken);
        await PostAsync(http, $"webhooks/{endpoint}/test", body: null, cancellationToken);
    }

    private async Task<HttpClient> LogInAsync(CancellationToken cancellationToken)
    {
        var http = new HttpClient { BaseAddress = new Uri($"{api.Url}/api/v1/") };
        try
        {
            var account = new { email = Email, password = Password };
            using (var registered = await http.PostAsJsonAsync("auth/register", account, cancellationToken))
            {
                // A conflict: it is there already.
                await EnsureAsync(registered, cancellationToken, HttpStatusCode.Conflict);
            }

            var session = await PostAsync(http, "auth/login", account, cancellationToken);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)session?["accessToken"]);
            return http;
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    private async Task<string> EnsureInboxAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var url = dispatcher.Url + Inbox;
        return await FindAsync(http, "webhooks", "url", url, cancellationToken)
            ?? Id(await PostAsync(http, "webhooks", new { url, events = Events }, cancellationToken));
    }

    private static async Task<string> EnsureCategoryAsync(HttpClient http, string name, CancellationToken cancellationToken) =>
        await FindAsync(http, "categories", "name", name, cancellationToken) ?? Id(await PostAsync(http, "categories", new { name }, cancellationToken));

    private static async Task<string?> FindAsync(HttpClient http, string path, string property, string value, CancellationToken cancellationToken)
    {
        var answer = await http.GetFromJsonAsync<JsonNode>(path, cancellationToken);
        var items = answer as JsonArray ?? answer?["items"] as JsonArray ?? [];
        return items.FirstOrDefault(item => (string?)item?[property] == value) is { } found ? Id(found) : null;
    }

    private static string Id(JsonNode? resource) => (string?)resource?["id"] ?? throw new HttpRequestException("The answer has no id.");

    private static async Task<JsonNode?> PostAsync(HttpClient http, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(path, body, cancellationToken);
        await EnsureAsync(response, cancellationToken);
        return response.Content.Headers.ContentLength is 0 ? null : await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
    }

    private static async Task EnsureAsync(HttpResponseMessage response, CancellationToken cancellationToken, HttpStatusCode? alsoFine = null)
    {
        if (!response.IsSuccessStatusCode && response.StatusCode != alsoFine)
        {
            throw new HttpRequestException($"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
