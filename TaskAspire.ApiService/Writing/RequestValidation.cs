using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Validation;

// Running the framework's validation by hand is marked experimental in .NET 10; a second set of rules of our own would be worse.
#pragma warning disable ASP0029

namespace TaskAspire.ApiService.Writing;

/// <summary>The framework's validation for requests that the framework did not bind itself (merge patches).</summary>
internal sealed class RequestValidation(IOptions<ValidationOptions> options)
{
    /// <summary>What is wrong, by field; null when all is well.</summary>
    public async Task<IDictionary<string, string[]>?> CheckAsync<T>(T request, CancellationToken cancellationToken)
        where T : notnull
    {
        if (!options.Value.TryGetValidatableTypeInfo(typeof(T), out var type))
        {
            throw new InvalidOperationException($"{typeof(T).Name} has no validation; it must be the body of some endpoint.");
        }

        var context = new ValidateContext { ValidationOptions = options.Value, ValidationContext = new ValidationContext(request) };
        await type.ValidateAsync(request, context, cancellationToken);
        return context.ValidationErrors is { Count: > 0 } errors ? errors : null;
    }
}
