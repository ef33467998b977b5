namespace TaskAspire.AppHost.Embedded;

/// <summary>A server that is a local process. Where it is, is known once it runs.</summary>
/// <param name="name">Name of the resource, and so of the connection string.</param>
internal sealed class EmbeddedServerResource(string name) : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    private readonly LateValue _connectionString = new(name);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{_connectionString}");

    /// <summary>Where it is.</summary>
    /// <exception cref="InvalidOperationException">It does not run yet.</exception>
    public string Address => _connectionString.Known ?? throw new InvalidOperationException($"{Name} does not run yet.");

    /// <summary>Tells those who wait for it.</summary>
    public void IsAt(string connectionString) => _connectionString.Set(connectionString);

    /// <summary>Tells those who wait for it that it is not going to run.</summary>
    public void Failed(Exception reason) => _connectionString.Fail(reason);

    private sealed class LateValue(string resource) : IValueProvider, IManifestExpressionProvider
    {
        private readonly TaskCompletionSource<string> _value = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Known => _value.Task.IsCompletedSuccessfully ? _value.Task.Result : null;

        public string ValueExpression => $"{{{resource}.connectionString}}";

        public void Set(string value) => _value.TrySetResult(value);

        public void Fail(Exception reason) => _value.TrySetException(reason);

        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => await _value.Task.WaitAsync(cancellationToken);
    }
}
