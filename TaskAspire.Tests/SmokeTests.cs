namespace TaskAspire.Tests;

public class SmokeTests
{
    [Fact]
    public void Two_and_two() => Assert.Equal(4, int.Parse("4", System.Globalization.CultureInfo.InvariantCulture));
}
