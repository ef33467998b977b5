using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Commands;

/// <summary>Commands on the dashboard that show developers the stack at work.</summary>
public static class DemoCommands
{
    /// <summary>Demo data on the API, a test webhook on the dispatcher; only while the stack runs here.</summary>
    public static void AddDemoCommands(this StackModel stack, IResourceBuilder<ProjectResource> api, IResourceBuilder<ProjectResource> dispatcher)
    {
        if (stack.Target is not (StackTarget.Containers or StackTarget.LocalProcesses))
        {
            return;
        }

        var demo = new DemoAccount(api.GetEndpoint("http"), dispatcher.GetEndpoint("http"));
        api.WithCommand("seed-demo-data", "Seed demo data", context => RunAsync(demo.SeedAsync, context), new CommandOptions
        {
            Description = $"Adds categories, tags and tasks to the account {DemoAccount.Email} (password {DemoAccount.Password}).",
            IconName = "BoxMultiple",
            UpdateState = CommandStates.WhenHealthy,
        });
        dispatcher.WithCommand("send-test-webhook", "Send a test webhook", context => RunAsync(demo.SendTestWebhookAsync, context), new CommandOptions
        {
            Description = "Sends webhook.test to the inbox, as the API's POST /webhooks/{id}/test does.",
            IconName = "Send",
            IsHighlighted = true,
            UpdateState = CommandStates.WhenHealthy,
        });
    }

    private static async Task<ExecuteCommandResult> RunAsync(Func<CancellationToken, Task> act, ExecuteCommandContext context)
    {
        try
        {
            await act(context.CancellationToken);
            return CommandResults.Success();
        }
        catch (HttpRequestException exception)
        {
            return CommandResults.Failure(exception.Message);
        }
    }
}
