using System.Text.Json;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Backing.Packages;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.Tests.Docs;

/// <summary>A folder to run examples in, with the deliveries they are to judge.</summary>
internal sealed class ExampleFolder : IDisposable
{
    private readonly DirectoryInfo _folder;

    private ExampleFolder(DirectoryInfo folder) => _folder = folder;

    public static ExampleFolder Create() => new(Directory.CreateTempSubdirectory("taskaspire-example-"));

    /// <summary>One that finds the packages that <c>npm/webhooks</c> pins.</summary>
    public static async Task<ExampleFolder> CreateWithPackagesAsync()
    {
        var package = new NpmPackage("webhooks", "typescript", "5.9.3", DataDirectory.Packages(SourceTree.Root!), SilentOutput.Instance);
        var modules = Path.GetDirectoryName(await package.EnsureAsync(TestContext.Current.CancellationToken))!;
        var folder = new ExampleFolder(Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(modules)!, $"work-{Guid.CreateVersion7():N}")));
        folder.Write("package.json", """{ "type": "module" }""");
        return folder;
    }

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder.FullName, name), bytes);

    /// <summary>Writes <c>cases.json</c>; headers have the names that they are sent with.</summary>
    public void WriteCases(IEnumerable<SignedDelivery> deliveries) =>
        Write("cases.json", JsonSerializer.Serialize(deliveries.Select(d => new { secret = d.Secret, headers = d.Headers, body = Convert.ToBase64String(d.Body) })));

    /// <summary>Runs a program, and skips the test when it is not on PATH.</summary>
    public async Task<CommandResult> RunAsync(string program, params string[] arguments)
    {
        var path = Executables.Find(program);
        Assert.SkipWhen(path is null, $"{program} is not on PATH.");
        return await Command.RunAsync(new LaunchSpec(path, arguments) { WorkingDirectory = _folder.FullName }, TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a program to success.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> ReadAsync(string program, params string[] arguments)
    {
        var result = await RunAsync(program, arguments);
        Assert.True(result.Succeeded, $"{program} {string.Join(' ', arguments)}\n{result.Output}");
        return result.Output;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
