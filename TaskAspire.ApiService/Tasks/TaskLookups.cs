using Npgsql;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Reading;
using Lookups = TaskAspire.ApiService.Reading.RoundTrips<(System.Guid UserId, System.Guid Id), TaskAspire.ApiService.Tasks.FoundTask>;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Single tasks. Those that are asked for at a time are read in one round trip, whosever they are.</summary>
internal sealed class TaskLookups
{
    private const int MaxTogether = 32;
    private const int Number = TaskRow.ColumnCount;

    private const string Sql = $"""
        WITH found AS (
            SELECT t.*, l.number FROM unnest($1, $2) WITH ORDINALITY l (id, user_id, number)
            JOIN tasks t ON t.id = l.id AND t.user_id = l.user_id AND t.deleted_at IS NULL
        )
        SELECT {TaskRow.Columns}, (t.number - 1)::int FROM found t {TaskRow.Joins}
        """;

    private readonly DatabaseReads _reads;
    private readonly Lookups _lookups;

    public TaskLookups(DatabaseReads reads) => (_reads, _lookups) = (reads, new Lookups(ReadAsync, MaxTogether));

    /// <summary>The task; null when the user has none of this id, or only in the trash.</summary>
    public Task<FoundTask?> FindAsync(Guid userId, Guid id, CancellationToken cancellationToken) => _lookups.AskAsync((userId, id), cancellationToken);

    private Task<int> ReadAsync(IReadOnlyList<Lookups.Question> lookups, CancellationToken cancellationToken)
    {
        var ids = new Guid[lookups.Count];
        var users = new Guid[lookups.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            (users[i], ids[i]) = lookups[i].About;
        }

        return _reads.ReadAsync(
            connection => new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new NpgsqlBatchCommand(Sql) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = ids }, new NpgsqlParameter<Guid[]> { TypedValue = users } } },
                },
            },
            (rows, token) => AnswerAsync(lookups, rows, token),
            cancellationToken);
    }

    private static async Task<int> AnswerAsync(IReadOnlyList<Lookups.Question> lookups, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        var found = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            found++;
            var lookup = lookups[rows.GetInt32(Number)];
            // Some may be gone, or were answered by a connection that broke then.
            if (!lookup.IsAnswered)
            {
                var body = JsonBody.Rent();
                if (!lookup.TryAnswer(new FoundTask(body, Write(body, rows))))
                {
                    body.Return();
                }
            }
        }

        return found;
    }

    /// <returns>The entity tag.</returns>
    private static string Write(JsonBody body, NpgsqlDataReader row)
    {
        var tags = TaskRow.Tags(row);
        TaskRowJson.Write(body.Writer, row, tags);
        body.Writer.Flush();
        return TaskETag.Of(row.GetInt64(TaskRow.Version), TaskRow.Category(row), tags);
    }
}

/// <summary>A task as it is answered.</summary>
/// <param name="Body">To be returned by who asked.</param>
/// <param name="ETag">Its entity tag.</param>
internal sealed record FoundTask(JsonBody Body, string ETag);
