using TaskAspire.AppHost;
using TaskAspire.AppHost.Commands;
using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Resources;

var builder = DistributedApplication.CreateBuilder(args);
var stack = await StackModel.BeginAsync(builder);

var taskdb = stack.AddTaskDatabase("taskdb");
var cache = stack.AddCache("cache");
var elasticsearch = stack.AddElasticsearch("elasticsearch");

var migrator = stack.AddMigrator("migrator", taskdb);

var dispatcher = builder.AddProject<Projects.TaskAspire_WebhookDispatcher>("webhookdispatcher")
    .WithTaskDatabase(stack, taskdb).WaitForCompletion(migrator)
    .WithLogsIn(stack, elasticsearch)
    .WithPort(stack, options => options.DispatcherPort)
    .WithOwnForwardedHeaders()
    .WithProbes()
    .WithMetrics()
    .WithInbox()
    .PublishAsDispatcher(stack, taskdb);

var api = builder.AddProject<Projects.TaskAspire_ApiService>("apiservice")
    .WithTaskDatabase(stack, taskdb).WaitForCompletion(migrator)
    .WithReference(cache).WaitFor(cache)
    .WithReference(dispatcher.GetEndpoint("http"))
    .WithLogsIn(stack, elasticsearch)
    .WithPort(stack, options => options.ApiPort)
    .WithPublicAddress()
    .WithOwnForwardedHeaders()
    .WithProbes()
    .WithMetrics()
    .PublishAsApi(stack);

var prometheus = stack.AddPrometheus("prometheus", api, dispatcher);
stack.AddGrafana("grafana", prometheus);
stack.AddLogstash("logstash", elasticsearch);
stack.AddKibana("kibana", elasticsearch);

stack.AddDemoCommands(api, dispatcher);

await builder.Build().RunAsync();
