using TaskAspire.Standalone;
using TaskAspire.Standalone.Backing.Packages;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.Tests.OpenApi;

/// <summary>The linter and the client generator that <c>npm/openapi</c> pins, with a folder to use them in.</summary>
internal sealed class OpenApiTools : IDisposable
{
    private readonly DirectoryInfo _folder;

    private OpenApiTools(DirectoryInfo folder) => _folder = folder;

    public static async Task<OpenApiTools> InstallAsync(string document, CancellationToken cancellationToken)
    {
        var package = new NpmPackage("openapi", "typescript", "5.9.3", DataDirectory.Packages(SourceTree.Root!), SilentOutput.Instance);
        var modules = Path.GetDirectoryName(await package.EnsureAsync(cancellationToken))!;
        // Beside the modules, so that Node finds them from there.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(modules)!, $"work-{Guid.CreateVersion7():N}"));
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "OpenApi")))
        {
            File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "openapi.json"), document, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{ "type": "module" }""", cancellationToken);
        return new OpenApiTools(folder);
    }

    /// <summary>Runs a program of a package, or of the folder, and fails the test with what it said when it fails.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var node = Executables.Find("node") ?? throw new InvalidOperationException("Node.js is not on PATH; the stack needs it too (npm).");
        var result = await Command.RunAsync(
            new LaunchSpec(node, [program, .. arguments]) { WorkingDirectory = _folder.FullName }, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, $"{program} {string.Join(' ', arguments)}\n{result.Output}");
        return result.Output;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
