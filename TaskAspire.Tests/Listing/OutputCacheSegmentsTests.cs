using System.Reflection;
using Microsoft.AspNetCore.OutputCaching;
using TaskAspire.ApiService.Caching;

namespace TaskAspire.Tests.Listing;

public sealed class OutputCacheSegmentsTests
{
    [Fact]
    public void The_framework_in_use_still_has_the_setting()
    {
        Assert.True(OutputCacheSegments.TryShrink());

        var setting = typeof(OutputCacheOptions).Assembly.GetType("Microsoft.AspNetCore.OutputCaching.StreamUtilities", throwOnError: true)!
            .GetProperty("BodySegmentSize", BindingFlags.Static | BindingFlags.NonPublic);
        Assert.Equal(OutputCacheSegments.Bytes, setting!.GetValue(null));
    }
}
