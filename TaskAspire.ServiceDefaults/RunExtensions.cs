using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults;

/// <summary>How a service runs.</summary>
public static class RunExtensions
{
    /// <summary>Runs until it is told to stop. Settings that are missing or wrong are named, all in one message, and not in a stack.</summary>
    /// <returns>The exit code: 0, or 1 when the service could not start.</returns>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        await using var running = app;
        // The host would validate, too, but log the exception as a failure of its own first.
        if (!app.HasValidSettings(services => services.GetService<IStartupValidator>()?.Validate()))
        {
            return 1;
        }

        try
        {
            await app.StartAsync();
        }
        catch (Exception failure) when (StartupFailure.ProblemsOf(failure) is { Count: > 0 } problems)
        {
            app.Report(problems);
            // Without it the host takes what its own end cancels for services that failed, each with an event at level Fatal.
            app.Lifetime.StopApplication();
            return 1;
        }

        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Whether the settings are valid that a run needs which does not start the whole service. What is wrong is logged as <see cref="RunServiceAsync"/> does.</summary>
    /// <param name="app">The service.</param>
    /// <param name="validate">Reads the options, which throws when they are not valid.</param>
    public static bool HasValidSettings(this WebApplication app, params ReadOnlySpan<Action<IServiceProvider>> validate)
    {
        // Malformed variables first: what follows from them is better understood after them.
        var problems = ProblemsOf(app, static services => _ = services.GetRequiredService<IOptions<StartupProblems>>().Value).ToList();
        foreach (var action in validate)
        {
            problems.AddRange(ProblemsOf(app, action));
        }

        if (problems.Count > 0)
        {
            app.Report(problems);
        }

        return problems.Count == 0;
    }

    private static IReadOnlyList<string> ProblemsOf(WebApplication app, Action<IServiceProvider> validate)
    {
        try
        {
            validate(app.Services);
            return [];
        }
        catch (Exception failure) when (StartupFailure.ProblemsOf(failure) is { Count: > 0 } problems)
        {
            return problems;
        }
    }

    private static void Report(this WebApplication app, IReadOnlyList<string> problems)
    {
        var lines = string.Concat(problems.Distinct().Select(problem => $"{Environment.NewLine}- {problem}"));
        // ":l", or the text would stand in quotes.
        app.Logger.LogCritical("The service cannot start:{Problems:l}", lines);
    }
}
