using Npgsql;
using TaskAspire.Bench.Floor;

// The least that answers the same: no accounts, limits, cache, telemetry or checks. What the product needs beyond this is its own.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
await using var database = NpgsqlDataSource.Create(
    builder.Configuration.GetConnectionString("taskdb") ?? throw new InvalidOperationException("Set ConnectionStrings__taskdb."));
var tasks = new FloorTasks(database);
var page = new StaticPage();

var app = builder.Build();
app.MapGet("/users/{user:guid}/tasks", tasks.ListAsync);
app.MapGet("/users/{user:guid}/tasks/{id:guid}", tasks.GetAsync);
app.MapPost("/users/{user:guid}/tasks", tasks.InsertAsync);
app.MapPut("/static", page.KeepAsync);
app.MapGet("/static", page.AnswerAsync);
await app.RunAsync();
