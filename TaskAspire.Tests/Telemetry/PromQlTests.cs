namespace TaskAspire.Tests.Telemetry;

public class PromQlTests
{
    [Theory]
    [InlineData("up", "up")]
    [InlineData("""up{job="a b", instance=~"x{1,2}"} == 0""", """up{job="a b", instance=~"x{1,2}"}""")]
    [InlineData("""sum by (job, le) (rate(a_bucket{job="x"}[5m])) / on (job) group_left (le) b > 1e3""", """a_bucket{job="x"}|b""")]
    [InlineData("a:b:rate5m > 0.5 and c unless on (job, instance) d", "a:b:rate5m|c|d")]
    [InlineData("""label_values(up{job=~"a|b"}, instance)""", """up{job=~"a|b"}""")]
    [InlineData("time() - max by (job) (a)", "a")]
    public void Selectors_are_found(string query, string expected) => Assert.Equal(expected, string.Join('|', PromQl.Selectors(query)));
}
