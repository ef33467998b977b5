using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.ApiKeys;
using TaskAspire.Data;
using TaskAspire.Data.Users;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Auth;

internal static class AuthExtensions
{
    /// <summary>Adds accounts, sessions, access tokens and API keys, and the policies of <see cref="AuthPolicies"/>. Needs the database and an <c>IConnectionMultiplexer</c>.</summary>
    public static WebApplicationBuilder AddAuth(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<JwtOptions>(JwtOptions.Section);
        services.AddSettings<SessionOptions>(SessionOptions.Section);
        services.AddSettings<PasswordRulesOptions>(PasswordRulesOptions.Section);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => JwtKeys.Load(
            provider.GetRequiredService<IOptions<JwtOptions>>().Value,
            provider.GetRequiredService<IHostEnvironment>(),
            provider.GetRequiredService<ILogger<JwtKeys>>()));
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<VerifiedTokens>();
        services.AddSingleton<SessionCache>();
        services.AddSingleton<SessionCheck>();
        services.AddScoped<Sessions>();
        services.AddScoped<Accounts>();
        services.AddScoped<AccountRemoval>();
        services.AddHostedService<SessionCleanup>();
        services.AddHostedService<DeletedAccounts>();

        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(bearer => bearer.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        // Validated at start, which loads the keys: without them the service does not start.
        services.AddOptionsWithValidateOnStart<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            // The keys when the options are made, not when what makes them is: what is wrong with them would hide what is wrong with other options.
            .Configure<IServiceProvider, IOptions<JwtOptions>, VerifiedTokens, TimeProvider>(
                (bearer, provider, options, verified, clock) => BearerTokens.Configure(bearer, provider.GetRequiredService<JwtKeys>(), options, verified, clock));
        AuthPolicies.Add(services.AddAuthorizationBuilder());
        services.ReadKeyRingBehindStart();
        return builder;
    }

    /// <summary>The scheme that reads a request's credential; null for the default, <see cref="BearerTokens"/>.</summary>
    private static string? SchemeOf(HttpContext context) => ApiKeyHandler.Reads(context.Request) ? ApiKeyHandler.SchemeName : null;
}
