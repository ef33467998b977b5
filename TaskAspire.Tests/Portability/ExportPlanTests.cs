using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using TaskAspire.ApiService.Portability;
using TaskAspire.Data;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Listing;

namespace TaskAspire.Tests.Portability;

public sealed class ExportPlanTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_export_of_few_tasks_does_not_go_through_those_of_everybody_else()
    {
        var connectionString = await LargeUser.On(services).GetDatabaseAsync();
        var seen = new Statements();
        var options = new DbContextOptionsBuilder<TaskDbContext>().UseNpgsql(connectionString).AddInterceptors(seen);
        TaskDatabase.Configure(options);
        await using var database = new TaskDbContext(options.Options);
        var user = await database.Users.Where(u => u.Id != LargeUser.Id).Select(u => u.Id).FirstAsync(Cancel);

        var tasks = 0;
        await foreach (var page in new ExportSource(database).ReadTasksAsync(user, Cancel))
        {
            tasks += page.Count;
        }

        Assert.InRange(tasks, 1, 200);
        var pages = seen.All.Where(s => s.Text.Contains("FROM tasks", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(pages);
        foreach (var (text, parameters) in pages)
        {
            Assert.Contains("ix_tasks_trash", await ExplainAsync(connectionString, text, parameters), StringComparison.Ordinal);
        }
    }

    private static async Task<string> ExplainAsync(string connectionString, string text, List<NpgsqlParameter> parameters)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancel);
        await using var explain = new NpgsqlCommand("EXPLAIN (FORMAT JSON) " + text, connection);
        explain.Parameters.AddRange(parameters.ToArray());
        return (string)(await explain.ExecuteScalarAsync(Cancel))!;
    }

    private sealed class Statements : DbCommandInterceptor
    {
        public List<(string Text, List<NpgsqlParameter> Parameters)> All { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            All.Add((command.CommandText, [.. command.Parameters.Cast<NpgsqlParameter>().Select(p => p.Clone())]));
            return ValueTask.FromResult(result);
        }
    }
}
