using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>A session with the refresh token that is now its newest.</summary>
internal readonly record struct OpenSession(Guid Id, Guid UserId, string RefreshToken, DateTimeOffset ExpiresAt);

/// <summary>What became of a refresh.</summary>
/// <param name="Session">The session with its new token; null when there is none.</param>
/// <param name="JustExchanged">Another request exchanged the token a moment ago, and the session goes on with what that one got.</param>
internal readonly record struct RefreshOutcome(OpenSession? Session, bool JustExchanged);

/// <summary>Begins, refreshes, checks and ends sessions. The database is the truth; see <see cref="SessionCache"/> for Redis.</summary>
internal sealed class Sessions(TaskDbContext database, SessionCache cache, IOptions<SessionOptions> options, TimeProvider clock, ILogger<Sessions> logger)
{
    /// <summary>Why a session ended: the password was changed in another.</summary>
    internal const string PasswordChanged = "password_changed";

    private const string LoggedOut = "logout";
    private const string Reused = "reuse";
    private const string Revoked = "revoked";
    private const int UserAgentMaxLength = 256;
    private const int ListLimit = 100;

    /// <summary>
    /// Begins a session of a user who showed the password; null when it is not the one any more that the user was read with. The row of the
    /// user is locked against that, so that whoever changes the password finds this session, and ends it, or finds none.
    /// </summary>
    public async Task<OpenSession?> StartAsync(User user, HttpContext client, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var expiresAt = now + options.Value.Lifetime;
        var id = Guid.CreateVersion7(now);
        var (text, token) = RefreshToken.Create(id);
        var userAgent = Shorten(client.Request.Headers.UserAgent.ToString());
        var address = client.Connection.RemoteIpAddress?.ToString();
        // Done again when the connection breaks, and the first time may have been committed.
        var begun = await database.InTransactionAsync(
            cancel => database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO refresh_sessions (id, user_id, token_hash, family_hash, created_at, last_used_at, expires_at, user_agent, ip_address)
                SELECT {id}, id, {token.Hash}, {token.FamilyHash}, {now}, {now}, {expiresAt}, {userAgent}, {address}
                FROM users WHERE id = {user.Id} AND password_hash = {user.PasswordHash} FOR SHARE
                ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash, family_hash = excluded.family_hash
                """,
                cancel),
            cancellationToken);
        return begun > 0 ? new OpenSession(id, user.Id, text, expiresAt) : null;
    }

    /// <summary>
    /// Exchanges a refresh token for the next one; no session when it is not good. One that was good once ends its session: either the
    /// client or a thief shows it for the second time, and nobody can tell which (RFC 9700 §4.14.2). Only right after its exchange it
    /// does not, since two requests of one client may have met. One that never was good ends nothing: the session's id is in each of its access
    /// tokens, and is no secret.
    /// </summary>
    public async Task<RefreshOutcome> RefreshAsync(RefreshToken presented, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var expiresAt = now + options.Value.Lifetime;
        var (text, next) = presented.CreateNext();
        var family = presented.FamilyHash;
        // Comparing and setting is one statement, so of two at once one wins. The new hash matches too, since the statement is
        // sent again when the connection breaks, and the first time may have done it. A session that began without a family goes on without one: of its
        // older tokens none has the newest one's.
        var owners = await database.Database.SqlQuery<Guid>(
            $"""
            UPDATE refresh_sessions
            SET token_hash = {next.Hash}, previous_token_hash = {presented.Hash}, family_hash = CASE WHEN family_hash IS NOT NULL THEN {family} END,
                last_used_at = {now}, expires_at = {expiresAt}
            WHERE id = {presented.SessionId} AND token_hash IN ({presented.Hash}, {next.Hash}) AND revoked_at IS NULL AND expires_at > {now}
            RETURNING user_id AS "Value"
            """).ToListAsync(cancellationToken);
        if (owners is [var userId])
        {
            return new RefreshOutcome(new OpenSession(presented.SessionId, userId, text, expiresAt), JustExchanged: false);
        }

        var since = now - options.Value.ReuseGrace;
        if (await Active(now).AnyAsync(s => s.Id == presented.SessionId && s.PreviousTokenHash == presented.Hash && s.LastUsedAt > since, cancellationToken))
        {
            return new RefreshOutcome(null, JustExchanged: true);
        }

        if (await EndAsync(
            s => s.Id == presented.SessionId && s.TokenHash != presented.Hash && (s.FamilyHash == null || s.FamilyHash == family), Reused, cancellationToken) > 0)
        {
            logger.LogWarning("A refresh token of session {SessionId} was used a second time; the session is ended", presented.SessionId);
        }

        return new RefreshOutcome(null, JustExchanged: false);
    }

    /// <summary>Whether the session goes on, and is the user's, by the database. Redis is told.</summary>
    public async Task<bool> IsActiveAsync(SessionKey session, CancellationToken cancellationToken)
    {
        var isActive = await Active(clock.Now()).AnyAsync(s => s.Id == session.Id && s.UserId == session.UserId, cancellationToken);
        if (isActive)
        {
            cache.NoteActive(session);
        }
        else
        {
            await cache.NoteEndedAsync([session], cancellationToken);
        }

        return isActive;
    }

    /// <summary>The sessions of a user that go on, the newest first.</summary>
    public Task<List<RefreshSession>> ListAsync(Guid userId, CancellationToken cancellationToken) =>
        Active(clock.Now()).Where(s => s.UserId == userId).OrderByDescending(s => s.Id).Take(ListLimit).ToListAsync(cancellationToken);

    /// <summary>Logs out of a session.</summary>
    public Task LogOutAsync(Guid id, CancellationToken cancellationToken) => EndAsync(s => s.Id == id, LoggedOut, cancellationToken);

    /// <summary>Logs out of the session whose newest refresh token this is; of none if it is not.</summary>
    public Task LogOutAsync(RefreshToken token, CancellationToken cancellationToken) =>
        EndAsync(s => s.Id == token.SessionId && s.TokenHash == token.Hash, LoggedOut, cancellationToken);

    /// <summary>Ends one of a user's sessions; false when the user never had it.</summary>
    public async Task<bool> EndAsync(Guid userId, Guid id, CancellationToken cancellationToken) =>
        await EndAsync(s => s.UserId == userId && s.Id == id, Revoked, cancellationToken) > 0
        || await database.RefreshSessions.AnyAsync(s => s.UserId == userId && s.Id == id, cancellationToken);

    /// <summary>Ends all sessions of a user but one.</summary>
    public Task EndOthersAsync(Guid userId, Guid kept, CancellationToken cancellationToken) =>
        EndAsync(s => s.UserId == userId && s.Id != kept, Revoked, cancellationToken);

    /// <summary>Those of the sessions that go on.</summary>
    public Task<List<SessionKey>> FindActiveAsync(Expression<Func<RefreshSession, bool>> which, CancellationToken cancellationToken) =>
        Active(clock.Now()).Where(which).Select(s => new SessionKey(s.UserId, s.Id)).ToListAsync(cancellationToken);

    /// <summary>Ends sessions in the database; <see cref="SessionCache"/> is to be told when that is committed.</summary>
    /// <returns>Which those were.</returns>
    public async Task<List<SessionKey>> RevokeAsync(Expression<Func<RefreshSession, bool>> which, string reason, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var active = await FindActiveAsync(which, cancellationToken);
        var ids = active.ConvertAll(s => s.Id);
        await database.RefreshSessions.Where(s => ids.Contains(s.Id) && s.RevokedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.RevokedAt, now).SetProperty(s => s.RevokedReason, reason), cancellationToken);
        return active;
    }

    private IQueryable<RefreshSession> Active(DateTimeOffset now) =>
        database.RefreshSessions.AsNoTracking().Where(s => s.RevokedAt == null && s.ExpiresAt > now);

    private async Task<int> EndAsync(Expression<Func<RefreshSession, bool>> which, string reason, CancellationToken cancellationToken)
    {
        var ended = await RevokeAsync(which, reason, cancellationToken);
        // The end is in the database; that the client gives up waiting must not keep it from Redis.
        await cache.NoteEndedAsync(ended, CancellationToken.None);
        return ended.Count;
    }

    private static string? Shorten(string userAgent) => userAgent.Length == 0 ? null : userAgent.CutTo(UserAgentMaxLength);
}
