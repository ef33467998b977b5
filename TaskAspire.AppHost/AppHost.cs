using TaskAspire.AppHost.Backing;
using TaskAspire.AppHost.Resources;
using TaskAspire.Standalone;

var builder = DistributedApplication.CreateBuilder(args);

if (builder.ExecutionContext.IsRunMode && await BackingChoice.IsEmbeddedAsync(builder.Configuration))
{
    return await StandaloneHost.RunAsync(BackingChoice.WithoutChoice(args));
}

var taskdb = builder.AddTaskDatabase("taskdb");
var cache = builder.AddCache("cache");

var migrator = builder.AddProject<Projects.TaskAspire_ApiService>("migrator", RunsOnceExtensions.WithoutEndpoints)
    .RunsOnce("migrate")
    .WithReference(taskdb).WaitFor(taskdb);

var dispatcher = builder.AddProject<Projects.TaskAspire_WebhookDispatcher>("webhookdispatcher")
    .WithReference(taskdb).WaitForCompletion(migrator)
    .WithProbes()
    .WithUrlForEndpoint("http", _ => new() { Url = "/inbox", DisplayText = "Webhook inbox" });

builder.AddProject<Projects.TaskAspire_ApiService>("apiservice")
    .WithReference(taskdb).WaitForCompletion(migrator)
    .WithReference(cache).WaitFor(cache)
    .WithReference(dispatcher)
    .WithProbes()
    .WithExternalHttpEndpoints();

await builder.Build().RunAsync();
return 0;
