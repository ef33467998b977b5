using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>The files of the certificates with which the service itself serves TLS, by .NET's settings <c>Kestrel</c>.</summary>
internal sealed class CertificateFiles
{
    /// <summary>Settings, and the file that each names.</summary>
    public IDictionary<string, string> Paths { get; } = new Dictionary<string, string>();
}

internal static class CertificateFilesExtensions
{
    private static readonly string[] Members = ["Path", "KeyPath"];

    /// <summary>
    /// Has the start refused when one cannot be read. Kestrel finds that out at the end of the start, and the process would end with a stack that names
    /// no setting. Not a start-up problem: the migrator, which is often given the same variables, serves nothing.
    /// </summary>
    public static WebApplicationBuilder AddCertificateFiles(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<CertificateFiles, Validator>().Configure<IConfiguration>((files, configuration) =>
        {
            foreach (var certificate in Certificates(configuration.GetSection("Kestrel")))
            {
                foreach (var member in Members)
                {
                    if (certificate[member] is { Length: > 0 } path)
                    {
                        files.Paths[$"{certificate.Path}:{member}"] = path;
                    }
                }
            }
        });
        return builder;
    }

    private static IEnumerable<IConfigurationSection> Certificates(IConfigurationSection kestrel)
    {
        var endpoints = kestrel.GetSection("Endpoints").GetChildren().ToList();
        return
        [
            .. kestrel.GetSection("Certificates").GetChildren(),
            .. endpoints.Select(endpoint => endpoint.GetSection("Certificate")),
            .. endpoints.SelectMany(endpoint => endpoint.GetSection("Sni").GetChildren()).Select(host => host.GetSection("Certificate")),
        ];
    }

    private sealed class Validator(IHostEnvironment environment) : IValidateOptions<CertificateFiles>
    {
        public ValidateOptionsResult Validate(string? name, CertificateFiles options)
        {
            // As Kestrel has it: a path that is not rooted begins where the service's own files are.
            var failures = options.Paths
                .Where(file => !CanRead(Path.Combine(environment.ContentRootPath, file.Value)))
                .Select(file => $"{file.Key} names {file.Value}, which is not there or cannot be read.").ToList();
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }

        private static bool CanRead(string path)
        {
            try
            {
                using var file = File.OpenRead(path);
                return true;
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
