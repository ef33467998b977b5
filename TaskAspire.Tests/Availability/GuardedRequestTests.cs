using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.Tests.Availability;

/// <summary>What a client gets from a request during which the database goes, over a real connection: Kestrel ends it where a write is cancelled.</summary>
public sealed class GuardedRequestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_is_ready_when_the_database_goes_is_sent()
    {
        var answer = await AskAsync(async (context, request) =>
        {
            await GiveUpAsync(request);
            await context.Response.WriteAsJsonAsync("ready", context.RequestAborted);
        });

        Assert.Equal((HttpStatusCode.OK, "\"ready\""), answer);
    }

    [Fact]
    public async Task So_is_one_that_is_being_sent()
    {
        var answer = await AskAsync(async (context, request) =>
        {
            context.Response.OnStarting(() => GiveUpAsync(request));
            await context.Response.WriteAsync("ready", context.RequestAborted);
        });

        Assert.Equal((HttpStatusCode.OK, "ready"), answer);
    }

    [Fact]
    public async Task So_is_one_that_is_written_to_the_stream()
    {
        var answer = await AskAsync(async (context, request) =>
        {
            await GiveUpAsync(request);
            await context.Response.Body.WriteAsync("ready"u8.ToArray(), context.RequestAborted);
        });

        Assert.Equal((HttpStatusCode.OK, "ready"), answer);
    }

    [Fact]
    public async Task Work_that_does_not_end_is_answered_for_and_what_it_says_later_is_not_heard()
    {
        Exception? refused = null;
        string? trace = null;
        var answer = await AskAsync(async (context, request) =>
        {
            trace = Activity.Current!.TraceId.ToString();
            // As the gate does: whoever notices has nothing to do with the request.
            await Task.Run(() =>
            {
                Activity.Current = null;
                request.GiveUp();
            });
            while (!request.IsRefused)
            {
                await Task.Delay(1, Cancel);
            }

            refused = await Record.ExceptionAsync(() => context.Response.WriteAsync("late", Cancel));
        });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.DoesNotContain("late", answer.Body, StringComparison.Ordinal);
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.Equal((503, trace), (problem.RootElement.GetProperty("status").GetInt32(), problem.RootElement.GetProperty("traceId").GetString()));
        Assert.IsType<OperationCanceledException>(refused);
    }

    /// <summary>Returns when the work has been cancelled.</summary>
    private static async Task GiveUpAsync(GuardedRequest request)
    {
        request.GiveUp();
        while (!request.Token.IsCancellationRequested)
        {
            await Task.Delay(1, Cancel);
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(Func<HttpContext, GuardedRequest, Task> work)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddProblems();
        await using var app = builder.Build();
        app.UseProblems();
        app.Run(async context =>
        {
            using var request = new GuardedRequest(context, context.RequestServices.GetRequiredService<IProblemDetailsService>());
            try
            {
                await work(context, request);
            }
            finally
            {
                await request.EndAsync();
            }
        });
        await app.StartAsync(Cancel);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var response = await client.GetAsync("/", Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }
}
