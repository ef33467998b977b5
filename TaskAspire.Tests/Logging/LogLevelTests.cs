using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TaskAspire.ServiceDefaults;

namespace TaskAspire.Tests.Logging;

public class LogLevelTests
{
    [Theory]
    [InlineData("Production", "Microsoft.AspNetCore.Hosting.Diagnostics=Trace", "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)]
    [InlineData("Production", "Microsoft=Trace", "Microsoft.AspNetCore.Routing.Matcher", LogLevel.Warning)]
    [InlineData("Production", "System.Net.Http.HttpClient=Trace", "System.Net.Http.HttpClient.x", LogLevel.Warning)]
    [InlineData("Production", "Microsoft=Error", "Microsoft.AspNetCore.Routing.Matcher", LogLevel.Error)]
    [InlineData("Production", "Default=Trace", "TaskAspire.ApiService", LogLevel.Trace)]
    [InlineData("Production", "DEFAULT=Trace", "TaskAspire.ApiService", LogLevel.Trace)]
    [InlineData("Production", "MICROSOFT=Error", "Microsoft.Extensions.Hosting", LogLevel.Error)]
    [InlineData("Production", "Default=Trace", "Microsoft.AspNetCore.Routing.Matcher", LogLevel.Warning)]
    [InlineData("Production", "Microsoft=Trace", "Microsoft.Hosting.Lifetime", LogLevel.Information)]
    [InlineData("Production", "Default=Information", "TaskAspire.ApiService.ApiKeys.ApiKeyHandler", LogLevel.Warning)]
    [InlineData("Development", "Microsoft.AspNetCore=Debug", "Microsoft.AspNetCore.Routing.Matcher", LogLevel.Debug)]
    public async Task Outside_development_what_quotes_clients_stays_quiet(string environment, string setting, string category, LogLevel expected)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection([new("Logging:LogLevel:" + setting.Split('=')[0], setting.Split('=')[1])]);
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);
        Assert.Equal(expected, Enum.GetValues<LogLevel>().First(logger.IsEnabled));
    }

    [Theory]
    [InlineData("Default", "warn")]
    [InlineData("TaskAspire", "Verbose")]
    [InlineData("Microsoft.AspNetCore", "7")]
    public async Task A_level_that_there_is_not_keeps_the_service_from_starting(string category, string level)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new($"Logging:LogLevel:{category}", level)]);
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        var refused = Assert.Throws<OptionsValidationException>(app.Services.GetRequiredService<IStartupValidator>().Validate);
        Assert.Contains($"Logging:LogLevel:{category} must be one of", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Microsoft.EntityFrameworkCore.Database.Transaction")]
    [InlineData("Microsoft.EntityFrameworkCore.Database.Command")]
    public async Task A_client_that_leaves_in_the_middle_of_a_read_is_no_error_of_the_framework(string category)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        Assert.DoesNotContain(Enum.GetValues<LogLevel>(), app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled);
    }

    [Fact]
    public async Task Who_asks_twice_for_the_logger_of_a_category_gets_the_same()
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        Assert.Same(loggers.CreateLogger("a"), loggers.CreateLogger("a"));
        Assert.NotSame(loggers.CreateLogger("a"), loggers.CreateLogger("b"));
    }
}
