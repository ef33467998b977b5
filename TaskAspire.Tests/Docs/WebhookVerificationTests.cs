using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskAspire.Data.Webhooks;
using TaskAspire.Standalone;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Docs;

/// <summary>The examples of docs/webhooks.md, as they stand there, on deliveries that the dispatcher made.</summary>
public class WebhookVerificationTests(BackingServices backing)
{
    private static readonly string[] CompileArguments =
        ["../node_modules/typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node", "--skipLibCheck", "check.ts"];

    [Fact]
    public async Task CSharp()
    {
        foreach (var delivery in await SignedDelivery.CaptureAsync(backing))
        {
            var headers = new HeaderDictionary(delivery.Headers.ToDictionary(h => h.Key, h => new Microsoft.Extensions.Primitives.StringValues(h.Value)));
            Assert.Equal((delivery.Name, delivery.Genuine), (delivery.Name, WebhookVerifier.Verify(delivery.Secret, headers, delivery.Body)));
            Assert.Equal((delivery.Name, delivery.BodyGenuine), (delivery.Name, WebhookVerifier.VerifyBody(delivery.Secret, headers, delivery.Body)));
        }
    }

    [Fact]
    public async Task CSharp_is_the_same_in_the_page_and_here()
    {
        var source = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root!, "TaskAspire.Tests", "Docs", "WebhookVerifier.cs"), TestContext.Current.CancellationToken);
        Assert.Equal(
            "// WebhookVerifier.cs\n" + source.ReplaceLineEndings("\n").Replace($"namespace {typeof(WebhookVerifier).Namespace};\n\n", "", StringComparison.Ordinal),
            WebhookPage.File("WebhookVerifier.cs"));
    }

    [Fact]
    public async Task TypeScript()
    {
        using var folder = await ExampleFolder.CreateWithPackagesAsync();
        folder.Write("verify.ts", WebhookPage.File("verify.ts"));
        folder.Write("check.ts", """
            import { readFileSync } from 'node:fs';
            import { verifyBody, verifyWebhook } from './verify.js';

            const cases: { secret: string, headers: Record<string, string>, body: string }[] = JSON.parse(readFileSync('cases.json', 'utf8'));
            console.log(JSON.stringify(cases.map(({ secret, headers, body }) => {
              const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
              return [verifyWebhook(secret, lower, Buffer.from(body, 'base64')), verifyBody(secret, lower, Buffer.from(body, 'base64'))];
            })));
            """);
        await folder.ReadAsync("node", CompileArguments);
        await JudgeAsync(folder, await SignedDelivery.CaptureAsync(backing), "node", "check.js");
    }

    [Fact]
    public async Task TypeScript_with_the_library()
    {
        using var folder = await ExampleFolder.CreateWithPackagesAsync();
        folder.Write("library.ts", WebhookPage.File("library.ts"));
        folder.Write("check.ts", """
            import { readFileSync } from 'node:fs';
            import type { IncomingHttpHeaders } from 'node:http';
            import { readWebhook } from './library.js';

            const cases: { secret: string, headers: IncomingHttpHeaders, body: string }[] = JSON.parse(readFileSync('cases.json', 'utf8'));
            console.log(JSON.stringify(cases.map(({ secret, headers, body }) => {
              const event = readWebhook(secret, headers, Buffer.from(body, 'base64')) as { event: string } | null;
              return [event?.event === 'task.reminder'];
            })));
            """);
        await folder.ReadAsync("node", CompileArguments);
        await JudgeAsync(folder, await SignedDelivery.CaptureAsync(backing), "node", "check.js");
    }

    [Fact]
    public async Task Python()
    {
        using var folder = ExampleFolder.Create();
        folder.Write("verify.py", WebhookPage.File("verify.py"));
        folder.Write("check.py", """
            import base64, json
            from verify import verify_body, verify_webhook

            def judge(secret, headers, body):
                return [check(secret, headers, base64.b64decode(body)) for check in (verify_webhook, verify_body)]

            with open("cases.json", encoding="utf-8") as cases:
                print(json.dumps([judge(**case) for case in json.load(cases)]))
            """);
        await JudgeAsync(folder, await SignedDelivery.CaptureAsync(backing), "python3", "check.py");
    }

    [Fact]
    public async Task Bash()
    {
        using var folder = ExampleFolder.Create();
        SkipWithout("bash", "openssl");
        folder.Write("verify.sh", WebhookPage.File("verify.sh"));
        var deliveries = await SignedDelivery.CaptureAsync(backing);
        foreach (var delivery in deliveries)
        {
            folder.Write("body", delivery.Body);
            var result = await folder.RunAsync("bash", [.. VerifyArguments(delivery)]);
            Assert.True(result.Succeeded == delivery.Genuine, $"{delivery.Name}: {result.Output}");
            Assert.Equal(delivery.Genuine, result.Output == "genuine");
        }

        folder.Write("body", deliveries[0].Body);
        Assert.Equal("genuine", await folder.ReadAsync("bash", [.. VerifyArguments(deliveries[0]), deliveries[0].Headers["X-Webhook-Signature"]]));
        var wrong = await folder.RunAsync("bash", [.. VerifyArguments(deliveries[0]), new string('0', 64)]);
        Assert.Equal((false, "X-Webhook-Signature is wrong"), (wrong.Succeeded, wrong.Output));
    }

    [Fact]
    public async Task Curl()
    {
        using var folder = ExampleFolder.Create();
        SkipWithout("bash", "openssl", "curl");
        await using var receiver = await WebhookReceiver.StartAsync();
        folder.Write("send.sh", WebhookPage.File("send.sh"));
        folder.Write("body", """{"event":"task.created","data":"ü"}""");
        var secret = WebhookSecrets.Generate();
        Assert.Equal("204", await folder.ReadAsync("bash", "-c", "bash send.sh \"$@\" < body", "-", secret, receiver.Url()));

        var sent = Assert.Single(receiver.Received);
        var headers = new HeaderDictionary(sent.Headers.ToDictionary(h => h.Key, h => new Microsoft.Extensions.Primitives.StringValues(h.Value)));
        Assert.True(WebhookVerifier.Verify(secret, headers, sent.Body));
        Assert.True(WebhookVerifier.VerifyBody(secret, headers, sent.Body));
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
    }

    private static IEnumerable<string> VerifyArguments(SignedDelivery delivery) =>
        ["-c", "bash verify.sh \"$@\" < body", "-", delivery.Secret, Header(delivery, "webhook-id"), Header(delivery, "webhook-timestamp"), Header(delivery, "webhook-signature")];

    private static string Header(SignedDelivery delivery, string name) => delivery.Headers.GetValueOrDefault(name, "");

    private static void SkipWithout(params string[] programs)
    {
        foreach (var program in programs)
        {
            Assert.SkipWhen(TaskAspire.Standalone.Processes.Executables.Find(program) is null, $"{program} is not on PATH.");
        }
    }

    private static async Task JudgeAsync(ExampleFolder folder, IReadOnlyList<SignedDelivery> deliveries, string program, string script)
    {
        folder.WriteCases(deliveries);
        var verdicts = JsonSerializer.Deserialize<bool[][]>(await folder.ReadAsync(program, script))!;
        Assert.Equal(deliveries.Count, verdicts.Length);
        Assert.All(deliveries.Zip(verdicts), pair => Assert.True(
            pair.Second[0] == pair.First.Genuine && (pair.Second.Length == 1 || pair.Second[1] == pair.First.BodyGenuine), pair.First.Name));
    }
}
