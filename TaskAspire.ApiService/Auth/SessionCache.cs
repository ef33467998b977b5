using Microsoft.Extensions.Options;
using StackExchange.Redis;
using TaskAspire.ApiService.Redis;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// What Redis knows of sessions: a tombstone for each that ended, kept as long as its access tokens live, and a note, good for
/// seconds, that the database was seen to have it. Neither there: ask the database.
/// </summary>
/// <remarks>
/// The two are different keys, so a note that is written late cannot cover a tombstone. A tombstone may be missing (Redis was
/// away when the session ended, or lost it), and the notes are why that does not matter for long: they expire, and after any
/// trouble with the connection none is believed until those from before it have.
/// </remarks>
internal sealed class SessionCache(RedisGate redis, IOptions<SessionOptions> sessions, IOptions<JwtOptions> tokens)
{
    private static readonly RedisValue Mark = "1";

    /// <summary>True: it is active. False: it has ended. Null: the database must say.</summary>
    public async ValueTask<bool?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [EndedKey(id), SeenKey(id)];
        var values = await redis.TryAsync(database => database.StringGetAsync(keys), cancellationToken);
        return values switch
        {
            null => null,
            [{ IsNull: false }, _] => false,
            [_, { IsNull: false }] when redis.HasBeenSteadyFor(sessions.Value.CacheDuration) => true,
            _ => null,
        };
    }

    /// <summary>Notes that the database has the session. Nobody waits for it.</summary>
    public void NoteActive(Guid id) => redis.Send(
        database => database.StringSet(SeenKey(id), Mark, sessions.Value.CacheDuration, flags: CommandFlags.FireAndForget));

    /// <summary>Marks sessions as ended. To be called after the database has it.</summary>
    public async ValueTask NoteEndedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
        {
            var lifetime = tokens.Value.AccessTokenLifetime + (2 * tokens.Value.ClockSkew);
            await redis.TryAsync(
                database => Task.WhenAll(ids.Select(id => database.StringSetAsync(EndedKey(id), Mark, lifetime))),
                cancellationToken);
        }
    }

    // The braces keep both keys of a session on the same shard of a cluster (Redis cluster specification, "Hash tags").
    private static RedisKey EndedKey(Guid id) => $"session:{{{id}}}:ended";

    private static RedisKey SeenKey(Guid id) => $"session:{{{id}}}:seen";
}
