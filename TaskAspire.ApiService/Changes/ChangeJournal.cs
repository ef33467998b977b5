using System.Security.Claims;
using System.Text.Json.Nodes;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Json;
using TaskAspire.Data;
using TaskAspire.Data.Changes;

namespace TaskAspire.ApiService.Changes;

/// <summary>Writes down what became of a user's data and who did it, for history, sync and live events.</summary>
internal sealed class ChangeJournal(TaskDbContext database, IHttpContextAccessor context)
{
    /// <summary>To be saved in the transaction that makes the change.</summary>
    /// <param name="userId">The owner of what changes.</param>
    /// <param name="entity">One of <see cref="ChangeEntities"/>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="operation">See <see cref="Change.Operation"/>.</param>
    /// <param name="fields">Field to <c>{ "from", "to" }</c>; null where the operation says it all.</param>
    /// <param name="now">When it happens.</param>
    public void Record(Guid userId, string entity, Guid id, string operation, JsonObject? fields, DateTimeOffset now)
    {
        var caller = context.HttpContext?.User;
        database.Changes.Add(new Change
        {
            UserId = userId,
            Entity = entity,
            EntityId = id,
            Operation = operation,
            Fields = fields?.ToJsonString(ApiJson.Options),
            Actor = ActorOf(caller),
            ActorId = caller?.FindApiKeyId(),
            OccurredAt = now,
        });
    }

    private static string ActorOf(ClaimsPrincipal? caller) => caller switch
    {
        null => ChangeActors.System,
        _ when caller.FindApiKeyId() is not null => ChangeActors.ApiKey,
        _ => ChangeActors.User,
    };
}
