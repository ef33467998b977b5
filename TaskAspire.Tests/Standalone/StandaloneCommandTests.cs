using System.CommandLine;
using TaskAspire.Standalone.Options;

namespace TaskAspire.Tests.Standalone;

public class StandaloneCommandTests
{
    [Fact]
    public async Task Without_arguments_everything_is_started_on_fixed_ports()
    {
        var options = await ParseAsync([]);

        Assert.False(options.BackingOnly);
        Assert.Equal((5080, 5081), (options.ApiPort, options.DispatcherPort));
        Assert.Equal((15432, 16379), (options.PostgresPort, options.RedisPort));
        Assert.Equal((19090, 18888), (options.PrometheusPort, options.DashboardPort));
        Assert.Equal("Development", options.Environment);
        Assert.Equal(".taskaspire", Path.GetFileName(options.DataDirectory));
        Assert.False(options.NoDashboard || options.NoPrometheus);
        Assert.Null(options.Postgres ?? options.Redis);
    }

    [Fact]
    public async Task Options_come_before_or_after_backing()
    {
        Assert.True((await ParseAsync(["backing", "--redis-port", "7000"])) is { BackingOnly: true, RedisPort: 7000 });
        Assert.True((await ParseAsync(["--redis-port", "7000", "backing"])) is { BackingOnly: true, RedisPort: 7000 });
    }

    [Fact]
    public async Task Prometheus_also_listens_where_PROMETHEUS_PORT_says()
    {
        Assert.Equal(7091, (await ParseAsync([], new() { ["PROMETHEUS_PORT"] = "7091" })).PrometheusPort);
        Assert.Equal(4, (await ParseAsync([], new() { ["PROMETHEUS_PORT"] = "7091", ["TASKASPIRE_PROMETHEUS_PORT"] = "4" })).PrometheusPort);
        Assert.Equal(5, (await ParseAsync(["--prometheus-port", "5"], new() { ["PROMETHEUS_PORT"] = "7091" })).PrometheusPort);
    }

    [Fact]
    public async Task Each_option_is_an_environment_variable_that_the_command_line_overrides()
    {
        Dictionary<string, string> variables = new()
        {
            ["TASKASPIRE_DATA_DIR"] = "/data",
            ["TASKASPIRE_API_PORT"] = "0",
            ["TASKASPIRE_DISPATCHER_PORT"] = "1",
            ["TASKASPIRE_POSTGRES_PORT"] = "2",
            ["TASKASPIRE_REDIS_PORT"] = "3",
            ["TASKASPIRE_PROMETHEUS_PORT"] = "4",
            ["TASKASPIRE_DASHBOARD_PORT"] = "5",
            ["TASKASPIRE_NO_DASHBOARD"] = "true",
            ["TASKASPIRE_NO_PROMETHEUS"] = "0",
            ["TASKASPIRE_POSTGRES"] = "Host=db",
            ["TASKASPIRE_REDIS"] = "cache:6379",
            ["TASKASPIRE_ENVIRONMENT"] = "Staging",
        };

        var options = await ParseAsync(["--redis-port", "33"], variables);

        Assert.Equal(
            new StandaloneOptions
            {
                DataDirectory = Path.GetFullPath("/data"),
                ApiPort = 0,
                DispatcherPort = 1,
                PostgresPort = 2,
                RedisPort = 33,
                PrometheusPort = 4,
                DashboardPort = 5,
                NoDashboard = true,
                Postgres = "Host=db",
                Redis = "cache:6379",
                Environment = "Staging",
            },
            options);
    }

    [Theory]
    [InlineData("--api-port", "65536")]
    [InlineData("--api-port", "-1")]
    [InlineData("--redis-port", "http")]
    public async Task What_is_no_port_is_refused_by_name(string option, string value)
    {
        var error = await RefusalAsync([option, value], []);

        Assert.Contains($"{option}: '{value}' is not a port", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_that_is_no_port_is_refused_by_name()
    {
        var error = await RefusalAsync([], new() { ["TASKASPIRE_API_PORT"] = "eighty" });

        Assert.Contains("TASKASPIRE_API_PORT: 'eighty' is not a port", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_option_is_refused() => Assert.Contains("--colour", await RefusalAsync(["--colour"], []), StringComparison.Ordinal);

    private static async Task<StandaloneOptions> ParseAsync(string[] args, Dictionary<string, string>? variables = null)
    {
        StandaloneOptions? parsed = null;
        var exitCode = await new StandaloneCommand(name => variables?.GetValueOrDefault(name)).InvokeAsync(
            args,
            (options, _) =>
            {
                parsed = options;
                return Task.FromResult(0);
            },
            new InvocationConfiguration(),
            TestContext.Current.CancellationToken);
        Assert.Equal(0, exitCode);
        return parsed!;
    }

    private static async Task<string> RefusalAsync(string[] args, Dictionary<string, string> variables)
    {
        await using var error = new StringWriter();
        var exitCode = await new StandaloneCommand(name => variables.GetValueOrDefault(name)).InvokeAsync(
            args,
            (_, _) => Task.FromResult(0),
            new InvocationConfiguration { Error = error, Output = TextWriter.Null },
            TestContext.Current.CancellationToken);
        Assert.NotEqual(0, exitCode);
        return error.ToString();
    }
}
