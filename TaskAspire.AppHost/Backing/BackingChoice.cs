using Microsoft.Extensions.Configuration;

namespace TaskAspire.AppHost.Backing;

/// <summary>The setting <c>Backing</c> (argument <c>--Backing=embedded</c>, or environment variable) and what it comes to on this machine.</summary>
public static class BackingChoice
{
    private const string Setting = "Backing";

    /// <summary>Whether the stack runs without containers.</summary>
    /// <exception cref="InvalidOperationException">The setting is none of its values.</exception>
    public static async Task<bool> IsEmbeddedAsync(IConfiguration configuration)
    {
        switch (Read(configuration))
        {
            case BackingKind.Containers:
                return false;
            case BackingKind.Embedded:
                return true;
            default:
                var embedded = !await ContainerRuntime.AnswersAsync(configuration, CancellationToken.None);
                if (embedded)
                {
                    Console.WriteLine($"No container runtime answers, so the stack runs as local processes. Set {Setting}=containers to insist on containers.");
                }

                return embedded;
        }
    }

    /// <summary>The command line for TaskAspire.Standalone, which does not know the setting.</summary>
    public static string[] WithoutChoice(string[] args) =>
        [.. args.Where(arg => !arg.TrimStart('-').StartsWith(Setting + "=", StringComparison.OrdinalIgnoreCase))];

    private static BackingKind Read(IConfiguration configuration) => configuration[Setting] switch
    {
        null or "" => BackingKind.Auto,
        var text when Enum.TryParse<BackingKind>(text, ignoreCase: true, out var kind) && Enum.IsDefined(kind) => kind,
        _ => throw new InvalidOperationException($"{Setting} must be auto, containers or embedded."),
    };
}
