using Microsoft.Extensions.DependencyInjection;
using TaskAspire.AppHost.Commands;
using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Embedded;
using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Resources;

/// <summary>Redis.</summary>
public static class CacheResource
{
    private const string AppendOnly = "--appendonly yes";

    /// <summary>
    /// Redis, whose data is kept between runs by snapshots and the append-only file: a container, a local process, or Azure Managed Redis
    /// where it is deployed there.
    /// </summary>
    /// <param name="stack">The app model.</param>
    /// <param name="name">Name of the resource, and so of the connection string.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddCache(this StackModel stack, string name)
    {
        switch (stack.Target)
        {
            case StackTarget.Azure:
                return stack.Builder.AddAzureCache(name);
            case StackTarget.LocalProcesses:
                return AddEmbedded(stack, name).WithFlushCache();
            case StackTarget.Compose:
                return AddContainer(stack, name).PublishAsComposeServer("sh", "-c", "REDISCLI_AUTH=$$REDIS_PASSWORD redis-cli ping | grep PONG");
            default:
                return AddContainer(stack, name).WithFlushCache();
        }
    }

    // It speaks plain TCP on this machine: with the developer certificate, clients and health checks would need that certificate to be
    // trusted first.
    private static IResourceBuilder<RedisResource> AddContainer(StackModel stack, string name)
    {
        var redis = stack.Builder.AddRedis(name).WithArgs(AddAppendOnlyFile);
        redis.WithDataVolume(stack.VolumeName(redis));
#pragma warning disable ASPIRECERTIFICATES001 // May change in another version; then the compiler says so here.
        return stack.WithLifetime(redis.WithoutHttpsCertificate());
#pragma warning restore ASPIRECERTIFICATES001
    }

    // In run mode Aspire joins the arguments into one command for the shell; in a published model it has joined them already.
    private static void AddAppendOnlyFile(CommandLineArgsCallbackContext context)
    {
        if (context.ExecutionContext.IsPublishMode && context.Args is [.., string command])
        {
            context.Args[^1] = $"{command} {AppendOnly}";
            return;
        }

        foreach (var argument in AppendOnly.Split(' '))
        {
            context.Args.Add(argument);
        }
    }

    private static IResourceBuilder<EmbeddedServerResource> AddEmbedded(StackModel stack, string name)
    {
        var cache = stack.AddEmbeddedServer(name, "redis", "Redis", servers => servers.RedisConnectionString);
        var check = $"{name}_check";
        stack.Builder.Services.AddHealthChecks().AddRedis(_ => cache.Resource.Address, name: check);
        return cache.WithHealthCheck(check);
    }
}
