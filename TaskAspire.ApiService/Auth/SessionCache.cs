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
    public async ValueTask<bool?> FindAsync(SessionKey session, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [EndedKey(session), SeenKey(session)];
        var values = await redis.TryAsync(database => database.StringGetAsync(keys), cancellationToken);
        return values is null ? null : Read(hasEnded: !values[0].IsNull, wasSeen: !values[1].IsNull);
    }

    /// <summary>What follows from the two keys being there.</summary>
    public bool? Read(bool hasEnded, bool wasSeen) =>
        hasEnded ? false
        : wasSeen && redis.HasBeenSteadyFor(sessions.Value.CacheDuration) ? true
        : null;

    /// <summary>Notes that the database has the session. Nobody waits for it.</summary>
    public void NoteActive(SessionKey session) => redis.Send(
        database => database.StringSet(SeenKey(session), Mark, sessions.Value.CacheDuration, flags: CommandFlags.FireAndForget));

    /// <summary>Marks sessions as ended. Call it after the database has recorded that.</summary>
    public async ValueTask NoteEndedAsync(IReadOnlyCollection<SessionKey> ended, CancellationToken cancellationToken)
    {
        if (ended.Count > 0)
        {
            var lifetime = tokens.Value.AccessTokenLifetime + (2 * tokens.Value.ClockSkew);
            // The note goes, too, so that a tombstone that Redis evicts is not missed.
            await redis.InsistAsync(
                database => Task.WhenAll(ended.SelectMany(
                    session => new[] { database.StringSetAsync(EndedKey(session), Mark, lifetime), database.KeyDeleteAsync(SeenKey(session)) })),
                cancellationToken);
        }
    }

    // The braces keep both keys, and the user's count of requests, on the same shard of a cluster (Redis cluster specification, "Hash tags").
    internal static RedisKey EndedKey(SessionKey session) => $"session:{{{session.UserId}}}:{session.Id}:ended";

    internal static RedisKey SeenKey(SessionKey session) => $"session:{{{session.UserId}}}:{session.Id}:seen";
}
