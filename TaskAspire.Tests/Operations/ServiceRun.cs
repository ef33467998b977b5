using System.Diagnostics;
using System.Security.Cryptography;
using TaskAspire.Standalone.Processes;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Operations;

/// <summary>A service that is started as operators do and ends by itself.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">All that it wrote, to its output and to its error output.</param>
internal sealed record ServiceRun(int ExitCode, string Output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to its end.</summary>
    /// <param name="service">A type of it.</param>
    /// <param name="variables">Environment variables, as <c>NAME=value</c>.</param>
    /// <param name="arguments">Of the command line.</param>
    public static async Task<ServiceRun> ToEndAsync(Type service, IEnumerable<string> variables, params string[] arguments)
    {
        var assembly = service.Assembly.Location;
        var start = new ProcessStartInfo(Executables.DotNet(), ["exec", assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
        };
        // Whatever is set where the tests run.
        start.Environment.Remove("DOTNET_ENVIRONMENT");
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var variable in variables)
        {
            start.Environment[variable.Split('=', 2)[0]] = variable.Split('=', 2)[1];
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ServiceRun(process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>A new pair of keys as files.</summary>
    public static (string Private, string Public) WriteKeys(TestDirectory directory, string name)
    {
        using var rsa = RSA.Create(2048);
        var (privateFile, publicFile) = (Path.Combine(directory.Path, name + ".pem"), Path.Combine(directory.Path, name + ".pub"));
        File.WriteAllText(privateFile, rsa.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(publicFile, rsa.ExportSubjectPublicKeyInfoPem());
        return (privateFile, publicFile);
    }
}
