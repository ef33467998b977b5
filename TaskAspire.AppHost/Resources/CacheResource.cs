namespace TaskAspire.AppHost.Resources;

/// <summary>Redis.</summary>
public static class CacheResource
{
    private const string AppendOnly = "--appendonly yes";

    /// <summary>
    /// A Redis server whose data is kept between runs by snapshots and the append-only file. It speaks plain TCP on this machine: with
    /// the developer certificate, clients and health checks would need that certificate to be trusted first.
    /// </summary>
    /// <param name="builder">The app model.</param>
    /// <param name="name">Name of the resource, and so of the connection string.</param>
    public static IResourceBuilder<RedisResource> AddCache(this IDistributedApplicationBuilder builder, string name)
    {
        var redis = builder.AddRedis(name).WithDataVolume().WithArgs(context => AddAppendOnlyFile(context));
#pragma warning disable ASPIRECERTIFICATES001 // May change in another version; then the compiler says so here.
        return redis.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
    }

    // In run mode Aspire joins the arguments into one command for the shell; in a published model it has joined them already.
    private static void AddAppendOnlyFile(CommandLineArgsCallbackContext context)
    {
        if (context.ExecutionContext.IsPublishMode && context.Args is [.., string command])
        {
            context.Args[^1] = $"{command} {AppendOnly}";
        }
        else
        {
            foreach (var argument in AppendOnly.Split(' '))
            {
                context.Args.Add(argument);
            }
        }
    }
}
