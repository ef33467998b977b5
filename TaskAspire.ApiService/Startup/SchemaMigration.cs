using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Startup;

/// <summary>What the API does about the database schema by itself. Section <c>Database</c>, as <see cref="DatabaseConnectionOptions"/>.</summary>
internal sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Whether the API brings the schema up to date when it starts.</summary>
    /// <value>The default is false; <c>appsettings.Development.json</c> says true. Elsewhere <c>TaskAspire.ApiService -- migrate</c> runs before it.</value>
    public bool MigrateAtStart { get; set; }

    /// <summary>How long to wait between two attempts to reach the database.</summary>
    /// <value>The default is 1 second; 0.1 to 60.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MigrationRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>For how long <c>migrate</c> goes on trying to reach a database that is not there yet.</summary>
    /// <value>The default is 1 minute; 0 to 1 hour.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MigrationPatience { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>
/// Migrates when a development API starts: once before anything else does, so that what reads the database at its start finds its
/// tables; and, where the database comes later than the API, in the background, while <c>/health</c> says it is not ready.
/// </summary>
internal sealed class SchemaMigration(
    DatabaseMigrator migrator, IOptions<DatabaseOptions> options, TimeProvider clock, ILogger<SchemaMigration> logger) : BackgroundService, IHostedLifecycleService
{
    private bool _done = !options.Value.MigrateAtStart;
    private string? _toldReason;

    public async Task StartingAsync(CancellationToken cancellationToken) => await TryMigrateAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!_done)
        {
            await Task.Delay(options.Value.MigrationRetryDelay, clock, stoppingToken);
            await TryMigrateAsync(stoppingToken);
        }
    }

    private async Task TryMigrateAsync(CancellationToken cancellationToken)
    {
        if (_done)
        {
            return;
        }

        try
        {
            await migrator.MigrateAsync(cancellationToken);
            _done = true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Once for each reason: a server that stays wrongly set up would fill the log.
            var reason = exception.GetBaseException().Message;
            if (reason != _toldReason)
            {
                _toldReason = reason;
                logger.LogWarning("The schema could not be migrated yet and will be tried again: {Reason}", reason);
            }
        }
    }
}
