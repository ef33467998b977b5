using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Json;
using TaskAspire.Data;
using TaskAspire.Data.Changes;

namespace TaskAspire.ApiService.Changes;

/// <summary>Writes down what became of a user's data and who did it, for history, sync and live events.</summary>
internal sealed class ChangeJournal(TaskDbContext database, IHttpContextAccessor context)
{
    private Change? _last;

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
        _last = new Change
        {
            UserId = userId,
            Entity = entity,
            EntityId = id,
            Operation = operation,
            Fields = fields?.ToJsonString(ApiJson.Options),
            Actor = ActorOf(caller),
            ActorId = caller?.FindApiKeyId(),
            OccurredAt = now,
        };
        database.Changes.Add(_last);
    }

    /// <summary>
    /// Whether the change that was recorded last was committed, and with it all else of its transaction: asked afterwards, where the commit got no answer. No state of what was written
    /// tells that as well, since somebody else may have written it again.
    /// </summary>
    public Task<bool> WasCommittedAsync(CancellationToken cancellationToken) => _last is not { } last
        ? Task.FromResult(false)
        // A number that a server had given out when it crashed may be given out again, to another change. COPY does not tell it.
        : database.Changes.AnyAsync(c => c.EntityId == last.EntityId && c.OccurredAt == last.OccurredAt && (last.Id == 0 || c.Id == last.Id), cancellationToken);

    private static string ActorOf(ClaimsPrincipal? caller) => caller switch
    {
        null => ChangeActors.System,
        _ when caller.FindApiKeyId() is not null => ChangeActors.ApiKey,
        _ => ChangeActors.User,
    };
}
