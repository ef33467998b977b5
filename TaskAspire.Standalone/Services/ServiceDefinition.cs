using TaskAspire.Standalone.Options;

namespace TaskAspire.Standalone.Services;

/// <summary>One of our own services.</summary>
/// <param name="Name">Its name in the output.</param>
/// <param name="Project">The project, whose build output is run.</param>
/// <param name="Use">What its port is for, as a message says it.</param>
/// <param name="PortOption">The option that sets its port.</param>
internal sealed record ServiceDefinition(string Name, string Project, string Use, string PortOption)
{
    public static readonly ServiceDefinition Api = new("api", "TaskAspire.ApiService", "the API", OptionNames.ApiPort);

    public static readonly ServiceDefinition Dispatcher =
        new("dispatcher", "TaskAspire.WebhookDispatcher", "the webhook dispatcher", OptionNames.DispatcherPort);
}
