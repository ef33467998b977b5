using Microsoft.EntityFrameworkCore;
using Npgsql;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>Changes and deletes accounts, together with the sessions that hang on them.</summary>
internal sealed class Accounts(
    TaskDbContext database, Sessions sessions, SessionCache cache, AccountRemoval removal, TimeProvider clock, ILogger<Accounts> logger)
{
    /// <summary>An import of the user's that is under way is waited for, which may take longer than a request's usual statement.</summary>
    private static readonly TimeSpan DeleteTimeout = TimeSpan.FromMinutes(2);

    /// <summary>How long a request goes on removing rows. That is enough for some ten thousand tasks.</summary>
    private static readonly TimeSpan RemoveWithin = TimeSpan.FromSeconds(5);

    /// <summary>Sets what differs from the user as it was read; false when the user is gone.</summary>
    /// <exception cref="EmailTakenException">Somebody else has the address.</exception>
    public async Task<bool> UpdateAsync(User user, ProfileRequest profile, CancellationToken cancellationToken)
    {
        var (email, displayName) = (profile.Email.Trim(), profile.DisplayName.Trim());
        try
        {
            var changed = await database.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(
                set =>
                {
                    set.SetProperty(u => u.UpdatedAt, clock.Now());
                    if (displayName != user.DisplayName)
                    {
                        set.SetProperty(u => u.DisplayName, displayName);
                    }

                    if (email != user.Email)
                    {
                        set.SetProperty(u => u.Email, email).SetProperty(u => u.NormalizedEmail, User.NormalizeEmail(email));
                    }
                },
                cancellationToken);
            return changed > 0;
        }
        catch (PostgresException exception) when (exception.ConstraintName == ConstraintNames.UserEmail)
        {
            throw new EmailTakenException(exception);
        }
    }

    /// <summary>
    /// Replaces the password and ends all sessions but one, both or neither; false when the password is not the one any more that the user
    /// was read with.
    /// </summary>
    public async Task<bool> ChangePasswordAsync(User user, string hash, Guid keptSession, CancellationToken cancellationToken)
    {
        // A run whose commit was not heard of finds its own work done, and no session left to end.
        HashSet<SessionKey> ended = [];
        var changed = await database.InTransactionAsync(
            async token =>
            {
                var now = clock.Now();
                var updated = await database.Users.Where(u => u.Id == user.Id && (u.PasswordHash == user.PasswordHash || u.PasswordHash == hash)).ExecuteUpdateAsync(
                    set => set.SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.UpdatedAt, now), token);
                if (updated > 0)
                {
                    ended.UnionWith(await sessions.RevokeAsync(s => s.UserId == user.Id && s.Id != keptSession, Sessions.PasswordChanged, token));
                }

                return updated > 0;
            },
            cancellationToken);
        await cache.NoteEndedAsync(ended, CancellationToken.None);
        return changed;
    }

    /// <summary>
    /// Deletes an account: from now on nobody gets in, and its address is free. Its rows are removed while there is time, and those of a large one
    /// later, by <see cref="DeletedAccounts"/>. Redis forgets by itself what it has: cached lists, which nobody can ask for any more, within five
    /// minutes, counts of requests when their window ends, and the number of their lists' version within a day.
    /// </summary>
    public async Task DeleteAsync(Guid userId, CancellationToken cancellationToken)
    {
        HashSet<SessionKey> ended = [];
        database.Database.SetCommandTimeout(DeleteTimeout);
        await database.InTransactionAsync(
            async token =>
            {
                // From here on no session can begin unseen.
                await database.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {userId} FOR UPDATE", token);
                ended.UnionWith(await sessions.FindActiveAsync(s => s.UserId == userId, token));
                return await CloseAsync(userId, token);
            },
            cancellationToken);
        await cache.NoteEndedAsync(ended, CancellationToken.None);
        await RemoveAsync(userId, cancellationToken);
    }

    /// <summary>Takes away every way in and whatever is secret, and stops its webhooks.</summary>
    private async Task<int> CloseAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var nobody = userId.ToString();
        await database.RefreshSessions.Where(s => s.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await database.ApiKeys.Where(k => k.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        var endpoints = await database.WebhookEndpoints.FromSql($"SELECT * FROM webhook_endpoints WHERE user_id = {userId} FOR NO KEY UPDATE").ToListAsync(cancellationToken);
        endpoints.ForEach(endpoint => endpoint.Delete(now));
        await database.SaveChangesAsync(cancellationToken);
        return await database.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.DeletedAt, now).SetProperty(u => u.PasswordHash, "").SetProperty(u => u.DisplayName, "")
                .SetProperty(u => u.Email, nobody).SetProperty(u => u.NormalizedEmail, nobody),
            cancellationToken);
    }

    private async Task RemoveAsync(Guid userId, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(RemoveWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await removal.RemoveAsync(userId, either.Token);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested)
        {
            logger.LogInformation("The account {UserId} is deleted, and so large that what is left of it is removed within the hour", userId);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(failure, "The account {UserId} is deleted; what is left of it is removed within the hour", userId);
        }
    }
}

/// <summary>Two accounts cannot have one e-mail address.</summary>
internal sealed class EmailTakenException(Exception inner) : Exception("The e-mail address is taken.", inner);
