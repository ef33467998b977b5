using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Startup;

/// <summary>
/// Writes a task and completes it in a transaction that is never committed, so that the first client does not wait for what EF Core and the runtime make
/// when something is written for the first time: a second (docs/performance.md).
/// </summary>
internal sealed class WriteRehearsal(TaskDbContext database, TaskOperations tasks, RequestValidation validation, TimeProvider clock)
{
    public Task RunAsync(CancellationToken cancellationToken) => database.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
    {
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(token);
        var now = clock.Now();
        var name = Guid.CreateVersion7(now);
        var user = new User
        {
            Id = name, Email = $"{name}", NormalizedEmail = $"{name}", DisplayName = nameof(WriteRehearsal), PasswordHash = "", CreatedAt = now, UpdatedAt = now,
        };
        database.Users.Add(user);
        await database.SaveChangesAsync(token);
        var task = new TaskRequest { Title = nameof(WriteRehearsal), Tags = [nameof(WriteRehearsal)], DueDate = now, Reminders = [new ReminderRequest { MinutesBeforeDue = 1 }] };
        await tasks.CreateAsync(user.Id, name, task, token);
        await tasks.UpdateAsync(user.Id, name, ifMatch: default, TaskUpdate.Patch(new JsonObject { ["status"] = "done" }, validation), token);
    }, cancellationToken);
}
