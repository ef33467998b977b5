using Microsoft.AspNetCore.Http.HttpResults;

namespace TaskAspire.ApiService.Writing;

/// <summary>What became of a write: what was written as it is now, or why it was not.</summary>
internal readonly record struct WriteResult<T>(T? Value, ProblemHttpResult? Problem)
    where T : class
{
    public static implicit operator WriteResult<T>(T value) => new(value, null);

    public static implicit operator WriteResult<T>(ProblemHttpResult problem) => new(null, problem);
}

internal static class WriteResults
{
    /// <summary>The answer to a change of something that has an entity tag.</summary>
    public static Results<Ok<T>, ProblemHttpResult> Answer<T>(this WriteResult<T> result, HttpContext context)
        where T : class
    {
        if (result.Value is not { } value)
        {
            return result.Problem!;
        }

        context.Response.Headers.ETag = EntityTags.Of(value);
        return TypedResults.Ok(value);
    }

    /// <summary>The answer to a creation.</summary>
    public static Results<Created<T>, ProblemHttpResult> AnswerCreated<T>(this WriteResult<T> result, HttpContext context, Func<T, string> location)
        where T : class
    {
        if (result.Value is not { } value)
        {
            return result.Problem!;
        }

        context.Response.Headers.ETag = EntityTags.Of(value);
        return TypedResults.Created(location(value), value);
    }

    /// <summary>The answer to a question for one that has an entity tag.</summary>
    public static Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult> AnswerRead<T>(this T? value, HttpContext context, Func<ProblemHttpResult> notFound)
        where T : class
    {
        if (value is null)
        {
            return notFound();
        }

        return EntityTags.IsKnown(context, EntityTags.Of(value)) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(value);
    }

    /// <summary>The answer to a question for a list, which has an entity tag of its own.</summary>
    public static Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult> AnswerList<T>(this T list, HttpContext context)
        where T : class =>
        EntityTags.IsKnown(context, EntityTags.Of(list)) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(list);
}
