using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>Refuses what the system refuses, and tells the endpoint's owner what to mend: the system names flags of a chain.</summary>
internal static class ReceiverCertificate
{
    /// <summary>What a <see cref="RemoteCertificateValidationCallback"/> does.</summary>
    /// <exception cref="RefusedException">The certificate is not valid.</exception>
    public static bool Validate(X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        throw new RefusedException(string.Join(' ', ProblemsOf(chain, errors)));
    }

    private static IEnumerable<string> ProblemsOf(X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            yield return "The receiver shows no certificate.";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            yield return "The certificate is for another host name.";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            yield return ProblemOf((chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status));
        }
    }

    private static string ProblemOf(X509ChainStatusFlags chain) => chain switch
    {
        _ when chain.HasFlag(X509ChainStatusFlags.NotTimeValid) => "The certificate, or one that it was issued with, has expired or is not valid yet.",
        _ when chain.HasFlag(X509ChainStatusFlags.UntrustedRoot) => "The certificate is self-signed, or its authority is not trusted.",
        _ when chain.HasFlag(X509ChainStatusFlags.PartialChain) => "The certificate's issuer is not known: the receiver does not send its intermediate certificates, or their authority is not trusted.",
        _ => $"The certificate is not valid ({chain}).",
    };

    internal sealed class RefusedException(string message) : AuthenticationException(message);
}
