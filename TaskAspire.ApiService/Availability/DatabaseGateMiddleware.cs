using TaskAspire.ServiceDefaults.Errors;

namespace TaskAspire.ApiService.Availability;

/// <summary>Ends requests that wait for a database that does not answer, and refuses those of the API that come meanwhile.</summary>
internal sealed class DatabaseGateMiddleware(RequestDelegate next, DatabaseGate gate, IProblemDetailsService problems)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(AvailabilityExtensions.GuardedPath))
        {
            await next(context);
            return;
        }

        var outage = gate.Enter();
        try
        {
            if (outage.IsCancellationRequested)
            {
                throw new DatabaseException("It does not answer.");
            }

            await RunAsync(context, outage);
        }
        finally
        {
            gate.Leave();
        }
    }

    private async Task RunAsync(HttpContext context, CancellationToken outage)
    {
        using var request = new GuardedRequest(context, problems);
        try
        {
            await using var _ = outage.UnsafeRegister(static state => ((GuardedRequest)state!).GiveUp(), request);
            await next(context);
        }
        catch (OperationCanceledException exception) when (outage.IsCancellationRequested && !request.ClientGone.IsCancellationRequested && !request.IsRefused)
        {
            throw new DatabaseException("It stopped answering.", exception);
        }
        catch (Exception) when (request.IsRefused)
        {
            // What became of the work is of no interest to a client that was told to come again.
        }
        finally
        {
            await request.EndAsync();
        }
    }
}
