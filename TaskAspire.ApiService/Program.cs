using TaskAspire.ApiService.ApiKeys;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.Cors;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Idempotency;
using TaskAspire.ApiService.Live;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Portability;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Reading;
using TaskAspire.ApiService.Shutdown;
using TaskAspire.ApiService.Startup;
using TaskAspire.ApiService.Sync;
using TaskAspire.ApiService.Tags;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Webhooks;
using TaskAspire.ApiService.Writing;
using TaskAspire.ServiceDefaults;
using TaskAspire.ServiceDefaults.Configuration;

var builder = WebApplication.CreateBuilder(IntegrationVariables.WithNodeEnvironment(args));

builder.AddServiceDefaults();
builder.AddShutdownDelay();
builder.AddStores();
builder.AddDatabaseGate();
builder.AddCrossOriginRequests();
builder.AddProblems();
builder.AddRequests();
builder.AddAuth();
builder.AddRateLimiting();
builder.AddIdempotency();
builder.AddTaskListCache();
builder.AddTasks();
builder.AddCategories();
builder.AddTags();
builder.AddSync();
builder.AddLiveEvents();
builder.AddPortability();
builder.AddWebhooks();
builder.AddApiDocument();

var app = builder.Build();

app.UseShutdownDelay();
app.UseKnownProxies();
app.UsePrivateAnswers();
app.UseCrossOriginRequests();
app.UseProblems();
app.UseDatabaseGate();
app.UseAuthentication();
app.UseRateLimits();
app.UseAuthorization();
app.UseStrictRequests();
app.UseWriteTurns();
app.UseIdempotency();
app.UseOutputCache();

var routes = app.MapGroupWithHead();
routes.MapAuth();
var api = routes.MapGroup("/api/v1");
api.MapApiKeys();
api.MapTasks();
api.MapCategories();
api.MapTags();
api.MapSync();
api.MapLiveEvents();
api.MapPortability();
api.MapWebhooks();

app.MapDefaultEndpoints();
app.MapApiDocument();

return await app.RunOrMigrateAsync(args);
