namespace TaskAspire.ApiService.Writing;

/// <summary>
/// Its fields are held to the rules that the fields of the same name have in a request: what the class describes is turned into that
/// request before it is validated. The API's document takes the rules from there.
/// </summary>
/// <param name="request">The request.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RulesOfAttribute(Type request) : Attribute
{
    public Type Request { get; } = request;
}
