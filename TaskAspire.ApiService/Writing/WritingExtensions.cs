using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Writing;

internal static class WritingExtensions
{
    /// <summary>How requests are read, validated and written.</summary>
    public static WebApplicationBuilder AddRequests(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        builder.Services.AddValidation();
        builder.Services.Configure<RouteOptions>(options => options.SetParameterPolicy<UuidConstraint>("guid"));
        builder.Services.AddSingleton<RequestValidation>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<WriteTransaction>();
        builder.Services.AddScoped<ChangeJournal>();
        builder.Services.AddSingleton(TimeProvider.System);
        return builder;
    }

    /// <summary>Refuses what no endpoint knows: parameters that are not its own, and bodies of a kind it does not read. Must come after <c>UseAuthorization</c>.</summary>
    public static WebApplication UseStrictRequests(this WebApplication app)
    {
        app.UseMiddleware<QueryNamesMiddleware>();
        app.UseMiddleware<BodyKinds>();
        return app;
    }
}
