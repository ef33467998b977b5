using Aspire.Hosting.Azure;
using Azure.Provisioning.Expressions;
using Azure.Provisioning.PostgreSql;
using Azure.Provisioning.Primitives;
using Azure.Provisioning.RedisEnterprise;

namespace TaskAspire.AppHost.Deployment;

/// <summary>Azure Container Apps as the place that the stack is deployed to, with Azure's own PostgreSQL and Redis.</summary>
internal static class AzureTarget
{
    /// <summary>
    /// 429 connections (https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-limits), which
    /// <see cref="AzureScaling"/> stays within; the smallest has 50.
    /// </summary>
    private const string DatabaseSku = "Standard_B2s";

    /// <summary>What the migrations create; a flexible server lets nobody create an extension that is not listed.</summary>
    private const string Extensions = "BTREE_GIN,PG_TRGM";

    public static void AddAzureTarget(this IDistributedApplicationBuilder builder) => builder.AddAzureContainerAppEnvironment("env");

    /// <summary>PostgreSQL Flexible Server with a password in Key Vault: the services, and the scaler that reads their queue, log in like everywhere else.</summary>
    public static IResourceBuilder<AzurePostgresFlexibleServerDatabaseResource> AddAzureTaskDatabase(this IDistributedApplicationBuilder builder, string serverName, string name)
    {
        // Reserved names such as "postgres" and "azure_superuser" are refused by Azure.
        var user = builder.AddParameter($"{serverName}-user", "taskaspire", publishValueAsDefault: true);
        var password = builder.AddParameter($"{serverName}-password", new GenerateParameterDefault { MinLength = 32, Special = false, MinLower = 1, MinUpper = 1, MinNumeric = 1 }, secret: true);
        return builder.AddAzurePostgresFlexibleServer(serverName)
            .WithPasswordAuthentication(user, password)
            .ConfigureInfrastructure(ConfigureServer)
            .AddDatabase(name);
    }

    /// <summary>Azure Managed Redis with an access key in Key Vault.</summary>
    public static IResourceBuilder<AzureManagedRedisResource> AddAzureCache(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddAzureManagedRedis(name).WithAccessKeyAuthentication().ConfigureInfrastructure(infrastructure =>
        {
            var database = infrastructure.GetProvisionableResources().OfType<RedisEnterpriseDatabase>().Single();
            // One script counts the requests of an address and of an account: a cluster would refuse keys of two slots. Known since this version.
            database.ResourceVersion = "2025-07-01";
            database.ClusteringPolicy = new StringLiteralExpression("NoCluster");
        });

    private static void ConfigureServer(AzureResourceInfrastructure infrastructure)
    {
        var resources = infrastructure.GetProvisionableResources().ToList();
        var server = resources.OfType<PostgreSqlFlexibleServer>().Single();
        server.Sku = new PostgreSqlFlexibleServerSku { Name = DatabaseSku, Tier = PostgreSqlFlexibleServerSkuTier.Burstable };
        var extensions = new PostgreSqlFlexibleServerConfiguration("extensions")
        {
            Parent = server,
            Name = "azure.extensions",
            Value = Extensions,
            Source = "user-override",
        };
        // The server does one thing at a time and refuses the rest as busy.
        foreach (var other in resources.OfType<ProvisionableResource>().Where(resource => resource is PostgreSqlFlexibleServerDatabase or PostgreSqlFlexibleServerFirewallRule))
        {
            extensions.DependsOn.Add(other);
        }

        infrastructure.Add(extensions);
    }
}
