using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.Bench.Micro;

/// <summary>Both signatures of a delivery.</summary>
[MemoryDiagnoser]
public class Signature
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _body = Encoding.UTF8.GetBytes(new string('x', 600));
    private readonly string _id = Guid.CreateVersion7().ToString();

    [Benchmark]
    public string OfBody() => WebhookSignature.OfBody(_key, _body);

    [Benchmark]
    public string OfMessage() => WebhookSignature.OfMessage([_key], _id, 1795348800, _body);
}
