using Microsoft.AspNetCore.Authorization;

namespace TaskAspire.ApiService.Auth;

/// <summary>What a group of endpoints asks of its caller.</summary>
internal static class AuthPolicies
{
    /// <summary>Reading tasks and what belongs to them.</summary>
    internal const string TasksRead = "tasks:read";

    /// <summary>Changing tasks and what belongs to them.</summary>
    internal const string TasksWrite = "tasks:write";

    /// <summary>Webhook endpoints and their deliveries.</summary>
    internal const string WebhooksManage = "webhooks:manage";

    /// <summary>A person who logged in; no API key will do.</summary>
    internal const string Session = "session";

    /// <summary>The policies that an API key satisfies by a scope of the same name.</summary>
    internal static readonly string[] Scopes = [TasksRead, TasksWrite, WebhooksManage];

    internal static void Add(AuthorizationBuilder authorization)
    {
        authorization.AddPolicy(Session, policy => policy.RequireClaim(AuthClaims.Subject).RequireClaim(AuthClaims.SessionId));
        foreach (var scope in Scopes)
        {
            authorization.AddPolicy(scope, policy => policy.RequireClaim(AuthClaims.Subject).RequireAssertion(
                context => context.User.FindSessionId() is not null || context.User.HasClaim(AuthClaims.Scope, scope)));
        }
    }
}
