using Microsoft.AspNetCore.OutputCaching;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// Caches the task list for 300 s by user, version of the user's lists and normalised query. The version is read before the
/// list is, so a list is never stored under a version that is newer than itself. A list that depends on the time of day
/// (<c>overdue</c>) is not cached.
/// </summary>
internal sealed class TaskListCachePolicy(TaskListVersions versions) : IOutputCachePolicy
{
    public const string Name = "task-list";
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    public async ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.AllowLocking = true;
        var request = context.HttpContext;
        var outcome = new CacheOutcome();
        request.Features.Set(outcome);
        // At the last moment, so that the header is not stored with the answer.
        request.Response.OnStarting(outcome.WriteAsync, request.Response);
        ConditionalBody.PutBehind(context);
        var query = TaskListQuery.Of(request);
        var version = request.User.FindUserId() is { } userId && query.Errors.Count == 0 && query.Overdue is null
            ? request.Features.Get<TaskListVersion>() is { } known ? known.Version : await versions.FindAsync(userId, cancellation)
            : null;
        context.EnableOutputCaching = version is not null;
        context.AllowCacheLookup = context.AllowCacheStorage = version is not null;
        request.Features.Set(new TaskListVersion(version));
        if (version is null)
        {
            CacheMetrics.Miss();
            return;
        }

        context.ResponseExpirationTimeSpan = Lifetime;
        context.CacheVaryByRules.VaryByHost = false;
        context.CacheVaryByRules.VaryByValues["user"] = request.User.UserId().ToString("N");
        context.CacheVaryByRules.VaryByValues["version"] = version;
        context.CacheVaryByRules.VaryByValues["query"] = query.Normalized();
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.HttpContext.Features.Get<CacheOutcome>()!.Hit = true;
        CacheMetrics.Hit();
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        CacheMetrics.Miss();
        var isList = context.HttpContext.Response.StatusCode == StatusCodes.Status200OK || context.HttpContext.Features.Get<ConditionalBody>()?.IsKnown == true;
        context.AllowCacheStorage = context.AllowCacheStorage && isList;
        return ValueTask.CompletedTask;
    }

    private sealed class CacheOutcome
    {
        private const string HeaderName = "X-Cache";

        public bool Hit { get; set; }

        public Task WriteAsync(object response)
        {
            var answer = (HttpResponse)response;
            if (answer.StatusCode == StatusCodes.Status200OK)
            {
                answer.Headers[HeaderName] = Hit ? "hit" : "miss";
            }

            return Task.CompletedTask;
        }
    }
}

/// <summary>Marks an endpoint whose answers are cached by this policy.</summary>
internal sealed class CachedTaskList;

/// <summary>The version of the caller's lists, which was asked for with the session or before the list is read.</summary>
/// <param name="Version">See <see cref="TaskListVersions.FindAsync"/>; null also for a list that depends on more than what users write.</param>
internal sealed record TaskListVersion(string? Version);
