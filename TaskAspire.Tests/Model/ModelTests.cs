using System.Globalization;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Model;

/// <summary>
/// Users who do random things through two instances, with the cache on, each compared with a model of what they should have:
/// the API never disagrees with it, and no read after an acknowledged write is stale.
/// </summary>
public sealed class ModelTests(BackingServices services, ITestOutputHelper output)
{
    private const string StepsVariable = "TASKASPIRE_MODEL_STEPS";
    private const string SeedVariable = "TASKASPIRE_MODEL_SEED";
    private const int Users = 4;
    private const int DefaultSteps = 2000;

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task The_API_never_disagrees_with_the_model()
    {
        var steps = Number(StepsVariable) ?? DefaultSteps;
        var seed = Number(SeedVariable) ?? Random.Shared.Next();
        output.WriteLine($"{steps} steps, {SeedVariable}={seed}");
        var b = await _api.GetBAsync();
        await Task.WhenAll(Enumerable.Range(0, Users).Select(async user =>
        {
            var client = await _api.CreateUserAsync();
            var walk = new RandomWalk([client, client.On(b)], new Random(seed + user));
            try
            {
                await walk.RunAsync(steps / Users);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{SeedVariable}={seed}, user {user}, after:\n{walk.Story}\n{exception.Message}", exception);
            }
        }));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
