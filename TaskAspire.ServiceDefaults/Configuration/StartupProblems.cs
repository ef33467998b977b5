using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>
/// What is wrong with configuration that is read before there are options to be validated. It is collected, so that the start is refused with
/// it and with what is wrong with the options, all at once.
/// </summary>
internal sealed class StartupProblems
{
    public IList<string> Found { get; } = [];
}

internal static class StartupProblemsExtensions
{
    /// <summary>Has the start refused, and these told: whole sentences that name a setting and never show a secret.</summary>
    public static WebApplicationBuilder AddStartupProblems(this WebApplicationBuilder builder, params IEnumerable<string> problems)
    {
        builder.Services.AddOptionsWithValidateOnStart<StartupProblems, StartupProblemsValidator>().Configure(found =>
        {
            foreach (var problem in problems)
            {
                found.Found.Add(problem);
            }
        });
        return builder;
    }

    private sealed class StartupProblemsValidator : IValidateOptions<StartupProblems>
    {
        public ValidateOptionsResult Validate(string? name, StartupProblems options) =>
            options.Found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Found);
    }
}
