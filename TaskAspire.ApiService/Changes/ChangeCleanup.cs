using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.ApiService.Upkeep;

namespace TaskAspire.ApiService.Changes;

/// <summary>
/// Removes changes that are past keeping, in small batches, and notes with each up to which number the user's changes are gone.
/// </summary>
internal sealed class ChangeCleanup(NpgsqlDataSource database, IOptions<ChangeOptions> options, TimeProvider clock, ILogger<ChangeCleanup> logger) : HourlyCleanup(clock, logger)
{
    private const int UserBatchSize = 500;
    private const int BatchSize = 1000;

    /// <summary>
    /// Looks at the oldest change of each user, whose number the counter tells, instead of keeping an index on the time that each
    /// write would have to pay for.
    /// </summary>
    private const string FindUsers = """
        SELECT c.user_id FROM change_counters c JOIN changes h ON h.user_id = c.user_id AND h.sequence = c.removed + 1
        WHERE c.user_id > @after AND h.occurred_at < @before
        ORDER BY c.user_id LIMIT @limit
        """;

    /// <summary>
    /// What is removed is always the beginning: a change that was committed late may be older than one before it, and waits for that.
    /// The counter is locked first, so that a second instance begins where the first ended.
    /// </summary>
    private const string RemoveOldest = """
        WITH counter AS (SELECT user_id, removed FROM change_counters WHERE user_id = @user FOR UPDATE),
        oldest AS (
            SELECT h.id, h.sequence, h.occurred_at FROM changes h, counter c
            WHERE h.user_id = c.user_id AND h.sequence > c.removed ORDER BY h.sequence LIMIT @limit),
        gone AS (
            DELETE FROM changes WHERE id IN (
                SELECT id FROM oldest
                WHERE sequence < (SELECT coalesce(min(sequence) FILTER (WHERE occurred_at >= @before), max(sequence) + 1) FROM oldest))
            RETURNING sequence)
        UPDATE change_counters SET removed = (SELECT max(sequence) FROM gone)
        WHERE user_id = @user AND EXISTS (SELECT FROM gone)
        RETURNING (SELECT count(*) FROM gone)
        """;

    internal override async Task<long> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var before = Clock.GetUtcNow() - options.Value.Retention;
        var removed = 0L;
        for (var after = Guid.Empty; ;)
        {
            var users = await FindUsersAsync(after, before, cancellationToken);
            foreach (var user in users)
            {
                long batch;
                do
                {
                    batch = await RemoveOldestAsync(user, before, cancellationToken);
                    removed += batch;
                }
                while (batch == BatchSize);
            }

            if (users.Count < UserBatchSize)
            {
                return removed;
            }

            after = users[^1];
        }
    }

    private async Task<List<Guid>> FindUsersAsync(Guid after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindUsers);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("before", before.ToUniversalTime());
        command.Parameters.AddWithValue("limit", UserBatchSize);
        var users = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(reader.GetGuid(0));
        }

        return users;
    }

    private async Task<long> RemoveOldestAsync(Guid user, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RemoveOldest);
        command.Parameters.AddWithValue("user", user);
        command.Parameters.AddWithValue("before", before.ToUniversalTime());
        command.Parameters.AddWithValue("limit", BatchSize);
        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
    }
}
