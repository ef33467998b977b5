using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Serilog.Core;
using Serilog.Events;
using TaskAspire.ServiceDefaults.Logging.Elasticsearch;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Logging;

/// <summary>Against a server that refuses, hangs, answers for each document apart, dies and comes back: nothing is lost that could be kept, and the rest is counted.</summary>
public class ElasticsearchDeliveryTests
{
    private const string Stream = "/logs-taskaspire-testing/_bulk";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_arrive_in_the_data_stream_behind_its_policy_and_template()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using (var log = new ElasticsearchLog(elasticsearch.Url, options => (options.Username, options.Password) = ("elastic", "päss:word")))
        {
            log.Write(3);
            await AllArriveAsync(elasticsearch, 3);
            log.Write(1);
        }

        Assert.Equal(
            ["GET /_ilm/policy/logs-taskaspire", "PUT /_ilm/policy/logs-taskaspire", "GET /_index_template/logs-taskaspire", "PUT /_index_template/logs-taskaspire",
                $"POST {Stream}", $"POST {Stream}"],
            elasticsearch.Requests.Select(request => $"{request.Method} {request.Path}"));
        var credentials = "Basic " + Convert.ToBase64String("elastic:päss:word"u8);
        Assert.All(elasticsearch.Requests, request => Assert.Equal(credentials, request.Authorization));
        Assert.Equal(4, elasticsearch.Documents.Count);
    }

    [Fact]
    public async Task What_an_operator_has_changed_stays_and_an_older_template_is_replaced()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Resources["/_ilm/policy/logs-taskaspire"] = [];
        elasticsearch.Resources["/_index_template/logs-taskaspire"] = Template(version: 0);
        await using (var log = new ElasticsearchLog(elasticsearch.Url))
        {
            log.Write(1);
        }

        Assert.Equal(["/_index_template/logs-taskaspire"], Put(elasticsearch));
        elasticsearch.Resources["/_index_template/logs-taskaspire"] = Template(version: 1000);
        await using (var log = new ElasticsearchLog(elasticsearch.Url))
        {
            log.Write(1);
        }

        Assert.Single(Put(elasticsearch));
        Assert.Equal(2, elasticsearch.Documents.Count);
    }

    [Fact]
    public async Task Who_may_write_but_set_nothing_up_writes()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Refuse(403, "/_ilm");
        await using var log = new ElasticsearchLog(elasticsearch.Url);
        log.Write(2);
        await AllArriveAsync(elasticsearch, 2);
        Assert.Contains("_ilm/policy/logs-taskaspire answered 403", Assert.Single(log.Said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(401)]
    public async Task A_refused_request_is_made_again_until_it_is_taken(int status)
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Refuse(status, Stream);
        await using var log = new ElasticsearchLog(elasticsearch.Url);
        log.Write(10);
        await Eventually.TrueAsync(() => elasticsearch.BulkRequests.Count >= 6, Token);
        elasticsearch.Behave();
        await AllArriveAsync(elasticsearch, 10);
        Assert.Equal(0, log.Dropped);
        await Eventually.TrueAsync(() => log.Said.Count == 2, Token);
        Assert.StartsWith($"Warning: Elasticsearch takes no log events (status {status})", log.Said.First(), StringComparison.Ordinal);
        Assert.Matches("^Information: Elasticsearch takes log events again after .*; 0 were dropped", log.Said.Last());
    }

    [Fact]
    public async Task It_is_left_alone_as_long_as_it_asks_for()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Refuse(429, Stream, retryAfter: "2");
        await using var log = new ElasticsearchLog(elasticsearch.Url, options => options.MaxRetryDelay = TimeSpan.FromSeconds(30));
        log.Write(1);
        await Eventually.TrueAsync(() => elasticsearch.BulkRequests.Count == 1, Token);
        var refused = Stopwatch.GetTimestamp();
        elasticsearch.Behave();
        await AllArriveAsync(elasticsearch, 1);
        Assert.InRange(Stopwatch.GetElapsedTime(refused), TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Each_document_has_an_answer_of_its_own()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        var refusals = 0;
        elasticsearch.StatusOf = document => (string)document["message"]! switch
        {
            "3" or "7" => 400,
            "5" => ++refusals <= 4 ? 429 : null,
            "6" => refusals == 0 ? 503 : null,
            _ => null,
        };
        await using var log = new ElasticsearchLog(elasticsearch.Url);
        log.Write(10);
        await AllArriveAsync(elasticsearch, 8);
        Assert.Equal(["0", "1", "2", "4", "5", "6", "8", "9"], elasticsearch.Messages.Order(StringComparer.Ordinal));
        Assert.Equal(2, log.Dropped);
        Assert.Equal("Warning: Elasticsearch refused 2 log events (400 document_parsing_exception); they are dropped", Assert.Single(log.Said));
        // Only what may pass is sent again.
        Assert.Equal(2, elasticsearch.BulkRequests.Last().Body.Count(character => character == '\n'));
    }

    [Fact]
    public async Task Too_large_a_request_is_sent_in_parts_and_too_large_a_document_is_dropped()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Instead = (context, request) =>
        {
            context.Response.StatusCode = request.Body.Length > 4096 ? 413 : 200;
            return Task.FromResult(request is { IsBulk: true, Body.Length: > 4096 });
        };
        await using var log = new ElasticsearchLog(elasticsearch.Url);
        log.Write(20);
        log.Logger.Information("{Text}", new string('x', 5000));
        log.Write(20);
        await AllArriveAsync(elasticsearch, 40);
        await Eventually.TrueAsync(() => log.Dropped == 1, Token);
    }

    [Fact]
    public async Task A_request_that_makes_no_sense_to_it_is_dropped()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Refuse(400, Stream);
        await using var log = new ElasticsearchLog(elasticsearch.Url);
        log.Write(5);
        await Eventually.TrueAsync(() => log.Dropped == 5, Token);
        elasticsearch.Behave();
        log.Write(5);
        await AllArriveAsync(elasticsearch, 5);
    }

    [Fact]
    public async Task An_answer_of_somebody_else_is_none()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Instead = async (context, request) =>
        {
            await context.Response.WriteAsync("<html>It works!</html>", Token);
            return true;
        };
        await using var log = new ElasticsearchLog(elasticsearch.Url);
        log.Write(5);
        await Eventually.TrueAsync(() => elasticsearch.BulkRequests.Count >= 3, Token);
        elasticsearch.Behave();
        await AllArriveAsync(elasticsearch, 5);
        Assert.Equal(0, log.Dropped);
    }

    [Fact]
    public async Task It_comes_after_the_service_and_goes_and_comes_back()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await elasticsearch.DieAsync();
        await using var log = new ElasticsearchLog(elasticsearch.Url);
        log.Write(5);
        await Eventually.TrueAsync(() => log.Said.Count == 1, Token);
        await elasticsearch.ReviveAsync();
        await AllArriveAsync(elasticsearch, 5);

        await elasticsearch.DieAsync();
        log.Write(7);
        await Eventually.TrueAsync(() => log.Said.Count == 3, Token);
        await elasticsearch.ReviveAsync();
        await AllArriveAsync(elasticsearch, 12);
        Assert.Equal(0, log.Dropped);
        Assert.All(log.Said, line => Assert.DoesNotContain("127.0.0.1", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_taken_without_an_answer_is_not_there_twice()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Instead = async (context, request) =>
        {
            if (request.IsBulk && elasticsearch.BulkRequests.Count == 1)
            {
                elasticsearch.Store(request.Body);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            return false;
        };
        await using var log = new ElasticsearchLog(elasticsearch.Url, options => options.RequestTimeout = TimeSpan.FromSeconds(1));
        log.Write(5);
        await Eventually.TrueAsync(() => elasticsearch.BulkRequests.Count == 2 && log.Said.Count == 2, Token);
        Assert.Equal(5, elasticsearch.Documents.Count);
        Assert.Equal(0, log.Dropped);
    }

    [Fact]
    public async Task While_it_hangs_nobody_waits_and_what_the_buffer_cannot_hold_is_counted()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        using var over = new CancellationTokenSource();
        elasticsearch.Instead = async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, over.Token).Token).ContinueWith(_ => { }, TaskScheduler.Default);
            return false;
        };
        await using var log = new ElasticsearchLog(elasticsearch.Url, options => (options.BufferSize, options.BatchSize) = (1000, 100));
        log.Write(1);
        await Eventually.TrueAsync(() => elasticsearch.Requests.Count == 1, Token);
        var start = Stopwatch.GetTimestamp();
        log.Write(20_000);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await Eventually.TrueAsync(() => log.Dropped > 15_000, Token);

        elasticsearch.Behave();
        await over.CancelAsync();
        await Eventually.TrueAsync(() => elasticsearch.Documents.Count + log.Dropped == 20_001, Token);
        Assert.InRange(elasticsearch.Documents.Count, 1000, 2000);
        Assert.StartsWith("Warning: 1000 log events wait for Elasticsearch already", Assert.Single(log.Said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_event_sets_off_is_not_done_by_who_writes_it()
    {
        var written = new TaskCompletionSource();
        var goesOn = GoesOnAsync();
        var writer = new Thread(() => new ThreadPoolSink(new Waking(written)).Emit(null!)) { Name = "writer" };
        writer.Start();
        Assert.NotEqual("writer", await goesOn);

        async Task<string?> GoesOnAsync()
        {
            await written.Task.ConfigureAwait(false);
            return Thread.CurrentThread.Name;
        }
    }

    [Fact]
    public async Task A_stop_sends_what_is_left_and_does_not_wait_for_ever()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using (var log = new ElasticsearchLog(elasticsearch.Url, options => options.BatchAge = TimeSpan.FromMinutes(1)))
        {
            log.Write(50);
        }

        Assert.Equal(50, elasticsearch.Documents.Count);
        elasticsearch.Instead = async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };
        var hanging = new ElasticsearchLog(elasticsearch.Url, options => options.FlushTimeout = TimeSpan.FromSeconds(1));
        hanging.Write(50);
        var start = Stopwatch.GetTimestamp();
        await hanging.DisposeAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await Eventually.TrueAsync(() => hanging.Dropped == 50, Token);
    }

    [Theory]
    [InlineData("http://es:9200", null, null, "http://es:9200/", null)]
    [InlineData("https://es/logs", "elastic", "a:b", "https://es/logs/", "elastic:a:b")]
    [InlineData("https://elastic:p%40ss@es/logs/", "other", "x", "https://es/logs/", "elastic:p@ss")]
    public void Credentials_are_taken_out_of_the_address(string url, string? user, string? password, string address, string? credentials)
    {
        var server = ElasticsearchServer.From(new ElasticsearchOptions { Url = new Uri(url), Username = user, Password = password })!;
        Assert.Equal(address, server.Url.ToString());
        using var request = server.CreateRequest(HttpMethod.Get, "_ilm/policy/x");
        Assert.Equal(address + "_ilm/policy/x", request.RequestUri!.ToString());
        Assert.Equal(credentials, request.Headers.Authorization?.Parameter is { } sent ? Encoding.UTF8.GetString(Convert.FromBase64String(sent)) : null);
    }

    private static Task AllArriveAsync(ElasticsearchStub elasticsearch, int count) => Eventually.TrueAsync(() => elasticsearch.Documents.Count == count, Token);

    private static IEnumerable<string> Put(ElasticsearchStub elasticsearch) => elasticsearch.Requests.Where(request => request.Method == "PUT").Select(request => request.Path);

    private static JsonObject Template(int version) =>
        new() { ["index_templates"] = new JsonArray(new JsonObject { ["name"] = "logs-taskaspire", ["index_template"] = new JsonObject { ["version"] = version } }) };

    /// <summary>Completes in place, as the channels of Elastic's sink do.</summary>
    private sealed class Waking(TaskCompletionSource written) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => written.SetResult();
    }
}
