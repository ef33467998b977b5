using System.Globalization;
using Aspire.Hosting.Azure;
using Azure.Provisioning.AppContainers;

namespace TaskAspire.AppHost.Deployment;

/// <summary>
/// How many instances run on Azure. Each holds at most 20 connections to PostgreSQL and a few to listen with: ten of the API and five of the
/// dispatcher stay within the 429 of its server.
/// </summary>
internal static class AzureScaling
{
    private const int MostApis = 10;
    private const int MostDispatchers = 5;

    /// <summary>Two, so that one can be replaced or lost unnoticed; for requests also to share.</summary>
    private const int FewestApis = 2;

    /// <summary>Reminders become due while nobody asks anything: never none. Another one takes up what a lost one held.</summary>
    private const int FewestDispatchers = 1;

    private const int RequestsPerApi = 50;
    private const int DueDeliveriesPerDispatcher = 500;

    /// <summary>What <c>webhook_queue_depth{state="due"}</c> counts, bounded like it: past that, more says nothing more.</summary>
    private const string DueDeliveries =
        "SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE state = 0 AND next_attempt_at <= now() AND (lease_expires_at IS NULL OR lease_expires_at <= now()) LIMIT 10000) due";

    private const string PasswordSecret = "queue-password";

    /// <summary>The API by the requests that are under way at once.</summary>
    public static IResourceBuilder<ProjectResource> ScalesWithRequests(this IResourceBuilder<ProjectResource> api) =>
        api.PublishAsAzureContainerApp((_, app) =>
        {
            Configure(app, FewestApis, MostApis);
            app.Template.Scale.Rules.Add(new ContainerAppScaleRule
            {
                Name = "requests",
                Http = new ContainerAppHttpScaleRule { Metadata = { { "concurrentRequests", Text(RequestsPerApi) } } },
            });
        });

    /// <summary>The dispatcher by the deliveries that are due, which KEDA's PostgreSQL scaler counts (https://keda.sh/docs/latest/scalers/postgresql/).</summary>
    public static IResourceBuilder<ProjectResource> ScalesWithQueue(this IResourceBuilder<ProjectResource> dispatcher, AzurePostgresFlexibleServerDatabaseResource database) =>
        dispatcher.PublishAsAzureContainerApp((infrastructure, app) =>
        {
            var server = database.Parent;
            Configure(app, FewestDispatchers, MostDispatchers);
            app.Configuration.Secrets.Add(new ContainerAppWritableSecret
            {
                Name = PasswordSecret,
                Value = Parameter(server.Password).AsProvisioningParameter(infrastructure),
            });
            app.Template.Scale.Rules.Add(new ContainerAppScaleRule
            {
                Name = "queue",
                Custom = new ContainerAppCustomScaleRule
                {
                    CustomScaleRuleType = "postgresql",
                    Metadata =
                    {
                        { "host", server.HostName.AsProvisioningParameter(infrastructure, "queue_host") },
                        { "port", "5432" },
                        { "userName", Parameter(server.UserName).AsProvisioningParameter(infrastructure) },
                        { "dbName", database.DatabaseName },
                        { "sslmode", "require" },
                        { "query", DueDeliveries },
                        { "targetQueryValue", Text(DueDeliveriesPerDispatcher) },
                    },
                    Auth = [new ContainerAppScaleRuleAuth { SecretRef = PasswordSecret, TriggerParameter = "password" }],
                },
            });
        });

    private static void Configure(ContainerApp app, int fewest, int most)
    {
        app.Template.Scale.MinReplicas = fewest;
        app.Template.Scale.MaxReplicas = most;
        // Keys for what is stored encrypted are in the database, which both services share; those that the platform makes belong to one app.
        app.Configuration.ProvisionableProperties.Remove("AutoConfigureDataProtection");
    }

    private static ParameterResource Parameter(ReferenceExpression? credential) =>
        credential?.ValueProviders.OfType<ParameterResource>().SingleOrDefault()
        ?? throw new InvalidOperationException("The scaler logs in with a password, and the server has none.");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
