using TaskAspire.Standalone;

namespace TaskAspire.Tests.Docs;

/// <summary>docs/webhooks.md, and the blocks of code in it.</summary>
internal static class WebhookPage
{
    private const string Fence = "```";

    /// <summary>The block whose first line, a comment, names the file.</summary>
    public static string File(string name) =>
        Assert.Single(Blocks(), block => block.Text.Split('\n')[0].Split(' ').Skip(1).FirstOrDefault() == name).Text;

    /// <summary>The examples of events.</summary>
    public static IEnumerable<string> Examples() => Blocks().Where(block => block.Language == "json").Select(block => block.Text);

    private static List<(string Language, string Text)> Blocks()
    {
        var page = System.IO.File.ReadAllText(Path.Combine(SourceTree.Root!, "docs", "webhooks.md")).ReplaceLineEndings("\n");
        // Text and code take turns.
        var parts = ("\n" + page).Split("\n" + Fence);
        return [.. parts.Where((_, i) => i % 2 == 1).Select(block => block.Split('\n', 2)).Select(block => (block[0], block[1] + "\n"))];
    }
}
