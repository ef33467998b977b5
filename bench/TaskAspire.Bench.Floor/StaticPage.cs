namespace TaskAspire.Bench.Floor;

/// <summary>Answers the bytes it was given: what HTTP alone costs.</summary>
internal sealed class StaticPage
{
    private byte[] _body = [];

    public async Task KeepAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _body = body.ToArray();
    }

    public Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = _body.Length;
        return context.Response.Body.WriteAsync(_body, context.RequestAborted).AsTask();
    }
}
