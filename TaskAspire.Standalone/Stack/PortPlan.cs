using TaskAspire.Standalone.Options;
using TaskAspire.Standalone.Ports;
using TaskAspire.Standalone.Services;

namespace TaskAspire.Standalone.Stack;

/// <summary>The ports of our own parts, claimed before anything is started, so that a taken one is told at once.</summary>
internal sealed record PortPlan(int Api, int Dispatcher, int Prometheus, int Dashboard, int OtlpGrpc, int OtlpHttp)
{
    /// <exception cref="StackException">One is taken.</exception>
    public static PortPlan Claim(StandaloneOptions options, PortAllocator ports) => new(
        Claim(ServiceDefinition.Api, options.ApiPort, ports),
        Claim(ServiceDefinition.Dispatcher, options.DispatcherPort, ports),
        options.NoPrometheus ? 0 : ports.Claim(options.PrometheusPort, "Prometheus", OptionNames.PrometheusPort),
        options.NoDashboard ? 0 : ports.Claim(options.DashboardPort, "the Aspire dashboard", OptionNames.DashboardPort),
        options.NoDashboard ? 0 : ports.ClaimFree(),
        options.NoDashboard ? 0 : ports.ClaimFree());

    private static int Claim(ServiceDefinition service, int port, PortAllocator ports) => ports.Claim(port, service.Use, service.PortOption);
}
