using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Tasks.Bulk;

internal static class BulkEndpoints
{
    public static void MapBulk(RouteGroupBuilder write) =>
        write.MapPost("/bulk", RunAsync).WithName("bulkTasks").WithSummary("Do up to 100 operations on tasks")
            .WithDescription(
                "In the order given, in one transaction. Each has its result with the status its own route would have answered; one that fails leaves nothing behind, and the "
                + "answer is 200 all the same. With atomic all are done, or none: then the answer is the problem of the first that failed, with its status. "
                + "The errors of a problem name the path in the request (operations[3].task.title).")
            .Accepts<BulkRequest>("application/json")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);

    private static async Task<Results<Ok<BulkResponse>, ProblemHttpResult>> RunAsync(
        BulkBody body, ClaimsPrincipal user, BulkWriter writer, RequestValidation validation, CancellationToken cancellationToken)
    {
        if (body.Operations.Count is 0 or > BulkRequest.MaxOperations)
        {
            return Problems.Validation("operations", $"Give 1 to {BulkRequest.MaxOperations} operations.");
        }

        var steps = new List<BulkStep>(body.Operations.Count);
        foreach (var operation in body.Operations)
        {
            steps.Add(await BulkStep.ReadAsync(steps.Count, operation, validation, cancellationToken));
        }

        if (!body.Atomic)
        {
            return Answer(await writer.RunAsync(user.UserId(), steps, cancellationToken));
        }

        // What is wrong with the request itself is told of all operations at once.
        var errors = steps.Where(s => s.Problem is not null).SelectMany(s => s.Problem!.Errors).ToDictionary();
        if (errors.Count > 0)
        {
            return Problems.Validation(errors);
        }

        var (results, problem) = await writer.RunAllOrNothingAsync(user.UserId(), steps, cancellationToken);
        return problem is null ? Answer(results) : Answer(problem);
    }

    private static ProblemHttpResult Answer(BulkProblem problem)
    {
        var details = Problems.Details(problem.Status, problem.Type, problem.Detail);
        details.Extensions["errors"] = problem.Errors;
        return TypedResults.Problem(details);
    }

    private static Ok<BulkResponse> Answer(IReadOnlyList<BulkResult> results)
    {
        var failed = results.Count(r => r.Problem is not null);
        return TypedResults.Ok(new BulkResponse(results.Count - failed, failed, results));
    }
}
