using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Browser;

public class CrossOriginTests(BackingServices backing)
{
    [Fact]
    public async Task A_page_of_another_origin_changes_a_task_and_follows_the_changes()
    {
        await using var browser = await Chromium.StartAsync();
        var api = SharedApi.On(backing);
        var user = await api.CreateUserAsync();
        var task = await user.CreateTaskAsync("Water the plants");
        // Another port is another origin.
        await browser.Page.GotoAsync(new Uri((await api.GetBAsync()).CreateClient().BaseAddress!, "/alive").ToString());

        var seen = await browser.Page.EvaluateAsync<string[]>(
            """
            async ([base, token, id]) => {
              const authorization = `Bearer ${token}`;
              const stream = await fetch(`${base}api/v1/events`, { headers: { authorization } });
              const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
              const task = await fetch(`${base}api/v1/tasks/${id}`, { headers: { authorization } });
              const changed = await fetch(`${base}api/v1/tasks/${id}`, {
                method: 'PATCH',
                headers: { authorization, 'content-type': 'application/merge-patch+json', 'if-match': task.headers.get('etag') },
                body: JSON.stringify({ priority: 'high' }),
              });
              let text = '';
              while (!text.includes('event: task.updated')) text += (await reader.read()).value;
              await reader.cancel();
              const refused = await fetch(`${base}api/v1/tasks?limit=0`, { headers: { authorization } });
              return [String(changed.status), changed.headers.get('ratelimit-limit'), (await refused.json()).type];
            }
            """,
            new[] { user.Http.BaseAddress!.ToString(), user.AccessToken, (string)task["id"]! });

        Assert.Equal(["200", "1000000", "urn:taskaspire:problem:validation"], seen);
        Assert.Equal("high", (string)(await user.GetAsync($"tasks/{task["id"]}")).Json["priority"]!);
    }
}
