using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.ApiService.Json;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Idempotency;

/// <summary>What became of taking a key.</summary>
internal enum KeyState
{
    /// <summary>It is this request's now.</summary>
    Taken,

    /// <summary>The request was answered before.</summary>
    Answered,

    /// <summary>Another request was sent with it.</summary>
    UsedForAnother,

    /// <summary>The first request with it is still running.</summary>
    InUse,
}

/// <summary>The table of keys. All is done in the open transaction of the request that the key came with.</summary>
internal sealed class IdempotencyKeys(TaskDbContext database, IOptions<IdempotencyOptions> options, TimeProvider clock)
{
    /// <summary>Takes the key, or finds what was answered to it. Waits for a request with the same key that is under way.</summary>
    public async Task<(KeyState State, StoredAnswer? Answer)> TakeAsync(IdempotentRequest request, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var patience = $"{(int)options.Value.Patience.TotalMilliseconds}ms";
        try
        {
            // The one who inserts holds the row until it commits; whoever comes second waits right here. Afterwards waiting for
            // other locks is the business of the work itself.
            await database.Database.ExecuteSqlAsync($"SELECT set_config('lock_timeout', {patience}, true)", cancellationToken);
            var taken = await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO idempotency_keys (scope, key, user_id, request_hash, created_at, expires_at)
                VALUES ({request.Scope}, {request.Key}, {request.UserId}, {request.Hash}, {now}, {now + options.Value.Lifetime})
                ON CONFLICT (scope, key) DO UPDATE
                SET request_hash = excluded.request_hash, created_at = excluded.created_at, expires_at = excluded.expires_at,
                    status_code = NULL, headers = NULL, body = NULL
                WHERE idempotency_keys.expires_at <= {now}
                """,
                cancellationToken);
            await database.Database.ExecuteSqlAsync($"SELECT set_config('lock_timeout', '0', true)", cancellationToken);
            if (taken == 1)
            {
                return (KeyState.Taken, null);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return (KeyState.InUse, null);
        }

        var first = await database.IdempotencyKeys.AsNoTracking().SingleAsync(k => k.Scope == request.Scope && k.Key == request.Key, cancellationToken);
        return first.RequestHash.AsSpan().SequenceEqual(request.Hash)
            ? (KeyState.Answered, new StoredAnswer(first.StatusCode!.Value, first.Headers!, first.Body!))
            : (KeyState.UsedForAnother, null);
    }

    /// <summary>Keeps the answer for repeats.</summary>
    public Task KeepAsync(IdempotentRequest request, Guid? owner, StoredAnswer answer, CancellationToken cancellationToken) =>
        Mine(request).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.UserId, owner).SetProperty(k => k.StatusCode, answer.StatusCode).SetProperty(k => k.Headers, answer.Headers).SetProperty(k => k.Body, answer.Body),
            cancellationToken);

    /// <summary>Gives the key back: what was refused may be corrected and sent again with the same key.</summary>
    public Task FreeAsync(IdempotentRequest request, CancellationToken cancellationToken) => Mine(request).ExecuteDeleteAsync(cancellationToken);

    private IQueryable<Data.Idempotency.IdempotencyKey> Mine(IdempotentRequest request) =>
        database.IdempotencyKeys.Where(k => k.Scope == request.Scope && k.Key == request.Key);
}
