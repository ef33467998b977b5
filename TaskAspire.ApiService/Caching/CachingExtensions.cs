using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;

namespace TaskAspire.ApiService.Caching;

internal static class CachingExtensions
{
    /// <summary>The output cache on Redis, with a part of it in memory, and the policy of the task list.</summary>
    public static WebApplicationBuilder AddTaskListCache(this WebApplicationBuilder builder)
    {
        var shared = builder.Services.Last(service => service.ServiceType == typeof(IOutputCacheStore));
        builder.Services.AddKeyedSingleton(typeof(IOutputCacheBufferStore), LocalOutputCache.SharedKey, shared.ImplementationType!);
        builder.Services.AddSingleton<IOutputCacheStore, LocalOutputCache>();
        builder.Services.AddSingleton<TaskListVersions>();
        builder.Services.AddSingleton<TaskListCachePolicy>();
        builder.Services.AddSingleton<IConfigureOptions<OutputCacheOptions>, AddTaskListPolicy>();
        OutputCacheSegments.TryShrink();
        return builder;
    }

    /// <summary>Keeps answers out of shared caches. Must come before everything that answers.</summary>
    public static WebApplication UsePrivateAnswers(this WebApplication app)
    {
        app.UseMiddleware<PrivateAnswers>();
        return app;
    }

    private sealed class AddTaskListPolicy(TaskListCachePolicy policy) : IConfigureOptions<OutputCacheOptions>
    {
        public void Configure(OutputCacheOptions options) => options.AddPolicy(TaskListCachePolicy.Name, policy);
    }
}
