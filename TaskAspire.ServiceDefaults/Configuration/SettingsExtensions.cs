using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>Options that are read from the configuration and validated at the start.</summary>
public static class SettingsExtensions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a section and validates its attributes when the service starts. Unlike the framework's own way, values
    /// of the wrong type are failed validations, too, and each failure names the setting: <c>Webhooks:Timeout must be between …</c>.
    /// </summary>
    /// <param name="services">The service's.</param>
    /// <param name="section">The section of the configuration.</param>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton<IOptionsChangeTokenSource<T>>(provider =>
            new ConfigurationChangeTokenSource<T>(Options.DefaultName, provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<IValidateOptions<T>>(new AttributeValidator<T>(section));
        return services.AddOptionsWithValidateOnStart<T>().Configure<IConfiguration>((options, configuration) =>
        {
            if (SettingsBinder.Bind(configuration.GetSection(section), options) is { Count: > 0 } unreadable)
            {
                // With what is out of its range: validation does not follow on options that could not be read.
                throw new OptionsValidationException(Options.DefaultName, typeof(T), [.. unreadable, .. AttributeValidator<T>.Failures(options, section)]);
            }
        });
    }

    private sealed class AttributeValidator<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var failures = Failures(options, section).ToList();
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }

        public static IEnumerable<string> Failures(object options, string path)
        {
            foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                var value = property.GetValue(options);
                // The display name is what messages call the member.
                var context = new ValidationContext(options) { MemberName = property.Name, DisplayName = $"{path}:{property.Name}" };
                foreach (var attribute in property.GetCustomAttributes<ValidationAttribute>())
                {
                    if (attribute.GetValidationResult(value, context) is { ErrorMessage: { } message })
                    {
                        yield return StartingWith(context.DisplayName, message);
                    }
                }

                if (value is not null && property.IsDefined(typeof(ValidateObjectMembersAttribute)))
                {
                    foreach (var inner in Failures(value, context.DisplayName))
                    {
                        yield return inner;
                    }
                }
            }

            foreach (var result in (options as IValidatableObject)?.Validate(new ValidationContext(options)) ?? [])
            {
                yield return result.ErrorMessage ?? $"{path} is not valid.";
            }
        }

        /// <summary>"The field x must be …" and "The x field is required." begin with x here, as all such sentences do.</summary>
        private static string StartingWith(string name, string message) =>
            message.IndexOf(name, StringComparison.Ordinal) is > 0 and var index ? message[index..] : message;
    }
}
