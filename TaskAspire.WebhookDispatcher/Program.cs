using TaskAspire.ServiceDefaults;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;
using TaskAspire.WebhookDispatcher.Inbox;

var builder = WebApplication.CreateBuilder(IntegrationVariables.WithNodeEnvironment(args));

builder.AddServiceDefaults();
builder.AddStore();
builder.Services.AddDispatcherFoundations();
builder.Services.AddWakeups();
builder.Services.AddDueTimes();
builder.Services.AddSending();
builder.Services.AddDeliveries();
builder.Services.AddUpkeep();
builder.AddInbox();

var app = builder.Build();

app.MapDefaultEndpoints();
app.MapInbox();

return await app.RunServiceAsync();
