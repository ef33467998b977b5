using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace TaskAspire.ServiceDefaults;

/// <summary>Tells failures to start that an operator can mend, in sentences, from those that are errors of the program.</summary>
internal static class StartupFailure
{
    private const string ListenRemedy = "Set PORT or ASPNETCORE_URLS (and Metrics__Port, where it is set) to what is free and allowed here.";

    private const string CertificateRemedy = "Set Kestrel__Certificates__Default__Path and Kestrel__Certificates__Default__KeyPath, or listen on http.";

    /// <summary>What to tell the operator; empty when the operator cannot mend it.</summary>
    public static IReadOnlyList<string> ProblemsOf(Exception failure) => failure switch
    {
        OptionsValidationException invalid => [.. invalid.Failures],
        AggregateException many => [.. many.InnerExceptions.SelectMany(ProblemsOf)],
        // A value of the wrong type, where options are bound by the framework alone; its message names the key.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => [unreadable.Message],
        IOException { InnerException: AddressInUseException } taken => [$"{taken.Message.TrimEnd('.')}. {ListenRemedy}"],
        SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable } refused => [$"The address to listen on is refused: {refused.Message}. {ListenRemedy}"],
        FormatException { Source: "Microsoft.AspNetCore.Http" or "Microsoft.AspNetCore.Server.Kestrel.Core" } malformed => [$"{malformed.Message.TrimEnd('.')}. {ListenRemedy}"],
        // An https address without a certificate; the lines after the first are about development certificates.
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } refused => [$"{refused.Message.Split('\n')[0].TrimEnd('\r')} {CertificateRemedy}"],
        // Where and with which certificates the server listens is said by settings alone, so whatever else ends its start is in one of them.
        { StackTrace: { } stack } when stack.Contains(" Microsoft.AspNetCore.Server.Kestrel.", StringComparison.Ordinal) =>
            [$"The server cannot listen: {failure.Message.TrimEnd('.')}. Check PORT, ASPNETCORE_URLS and the settings under Kestrel, certificates with their keys and passwords included."],
        _ => [],
    };
}
