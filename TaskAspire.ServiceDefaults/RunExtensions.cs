using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TaskAspire.ServiceDefaults;

/// <summary>How a service runs.</summary>
public static class RunExtensions
{
    /// <summary>Runs until it is told to stop. A setting that is missing or wrong is named in a line of its own, not in a stack.</summary>
    /// <returns>The exit code: 0, or 1 when a setting is wrong.</returns>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        try
        {
            // The host would do it, too, but log the exception as a failure of its own first.
            app.Services.GetService<IStartupValidator>()?.Validate();
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (exception is OptionsValidationException or AggregateException { InnerException: OptionsValidationException })
        {
            var invalid = exception is AggregateException many ? many.InnerExceptions.OfType<OptionsValidationException>() : [(OptionsValidationException)exception];
            foreach (var failure in invalid.SelectMany(e => e.Failures))
            {
                app.Logger.LogCritical("The service cannot start: {Failure}", failure);
            }

            await app.DisposeAsync();
            return 1;
        }
    }
}
