using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.WebhookDispatcher.Signing;

/// <summary>
/// Reads what the API encrypted. Data Protection keeps a key ring for a day; a key that another process made in the meantime would be unknown
/// that long. Here a secret that cannot be read has the ring read anew, at most once a minute. The keys are the API's to make.
/// </summary>
internal sealed class StoredSecrets(IOptions<KeyManagementOptions> ring, IOptions<DataProtectionOptions> application, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ReloadInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private volatile Loaded? _loaded;

    /// <summary>The secret that was stored.</summary>
    /// <exception cref="CryptographicException">The key ring has no key for it.</exception>
    public string Unprotect(string stored)
    {
        var loaded = _loaded ?? Load(null);
        try
        {
            return loaded.Secrets.Unprotect(stored);
        }
        catch (CryptographicException) when (time.GetElapsedTime(loaded.At) > ReloadInterval)
        {
            return Load(loaded).Secrets.Unprotect(stored);
        }
    }

    /// <summary>Reads the key ring, so that the first delivery does not wait for it.</summary>
    /// <returns>False when there is no key yet.</returns>
    public bool TryWarmUp()
    {
        var loaded = _loaded ?? Load(null);
        try
        {
            loaded.Secrets.Protect("");
            return true;
        }
        catch (Exception failure) when (failure is CryptographicException or InvalidOperationException)
        {
            return false;
        }
    }

    public void Dispose() => _loaded?.Services.Dispose();

    private Loaded Load(Loaded? unless)
    {
        lock (_lock)
        {
            if (_loaded is { } other && other != unless)
            {
                return other;
            }

            // The replaced one is left to the garbage collector: deliveries may be at it.
            var services = new ServiceCollection();
            services.AddDataProtection().SetApplicationName(application.Value.ApplicationDiscriminator!).AddKeyManagementOptions(options =>
            {
                options.XmlRepository = ring.Value.XmlRepository;
                options.AutoGenerateKeys = false;
            });
            var provider = services.BuildServiceProvider();
            return _loaded = new Loaded(new WebhookSecrets(provider.GetRequiredService<IDataProtectionProvider>()), provider, time.GetTimestamp());
        }
    }

    private sealed record Loaded(WebhookSecrets Secrets, ServiceProvider Services, long At);
}
