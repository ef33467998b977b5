using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.Tests.ServiceDefaults;

public sealed class SettingsTests
{
    [Fact]
    public void All_that_is_wrong_in_a_section_is_named_at_once_with_the_form_it_must_have()
    {
        var refused = Refused(("Wait", "10s"), ("on", "yes"), ("Size", "1.5"), ("Share", "half"), ("Limit", "0"), ("Inner:Wait", "soon"));
        Assert.Equal(
            [
                "Some:Wait must be a time written [d.]hh:mm:ss, as 00:00:30.", "Some:On must be true or false.", "Some:Size must be a whole number.", "Some:Share must be a number, as 0.5.",
                "Some:Inner:Wait must be a time written [d.]hh:mm:ss, as 00:00:30.", "Some:Limit must be between 1 and 9.",
            ],
            refused);
    }

    [Fact]
    public void An_entry_of_a_list_that_cannot_be_read_is_not_passed_over() =>
        Assert.StartsWith("Some:Waits:1 must be a time", Assert.Single(Refused(("Waits:0", "00:00:01"), ("Waits:1", "5s"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Waits", "00:00:01")]
    [InlineData("Names", "a,b")]
    public void A_list_that_is_written_as_one_value_is_not_passed_over(string key, string value) =>
        Assert.StartsWith($"Some:{key} is a list. ", Assert.Single(Refused((key, value))), StringComparison.Ordinal);

    [Fact]
    public void What_is_empty_counts_as_not_set()
    {
        var options = Bind(("Wait", ""), ("Size", ""), ("Name", ""), ("Waits:0", ""), ("Names", ""), ("Inner:Wait", ""));
        Assert.Equal((new SomeOptions().Wait, 3, "default", TimeSpan.FromHours(1)), (options.Wait, options.Size, options.Name, options.Inner.Wait));
        Assert.Null(options.Waits);
        Assert.Empty(options.Names);
    }

    [Fact]
    public void What_is_set_is_taken()
    {
        var options = Bind(("Wait", "00:00:07"), ("Size", "4"), ("On", "true"), ("Name", "other"), ("Waits:0", "00:00:01"), ("Waits:1", "00:00:02"), ("Names:0", "a"), ("Inner:Wait", "00:00:09"));
        Assert.Equal((TimeSpan.FromSeconds(7), 4, true, "other", TimeSpan.FromSeconds(9)), (options.Wait, options.Size, options.On, options.Name, options.Inner.Wait));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], options.Waits!);
        Assert.Equal(["a"], options.Names);
    }

    private static IEnumerable<string> Refused(params (string Key, string Value)[] settings) =>
        Assert.Throws<OptionsValidationException>(() => Bind(settings)).Failures;

    private static SomeOptions Bind(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Some:{s.Key}", (string?)s.Value))).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddSettings<SomeOptions>("Some");
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<SomeOptions>>().Value;
    }

    private sealed class SomeOptions
    {
        public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(5);

        public bool? On { get; set; }

        public int Size { get; set; } = 3;

        public double Share { get; set; }

        [Range(1, 9)]
        public int Limit { get; set; } = 1;

        public string Name { get; set; } = "default";

        public TimeSpan[]? Waits { get; set; }

        public IList<string> Names { get; set; } = [];

        [ValidateObjectMembers]
        public InnerOptions Inner { get; } = new();
    }

    private sealed class InnerOptions
    {
        public TimeSpan Wait { get; set; } = TimeSpan.FromHours(1);
    }
}
