using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Portability;

internal static class PortabilityEndpoints
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";
    private const string Calendar = "text/calendar";

    /// <summary>The formats by their name in a query. The first is the default.</summary>
    private static readonly (string Name, string MediaType, string Extension, Func<IExportFormat> Create)[] Formats =
    [
        ("json", Json, "json", () => new JsonExport()),
        ("csv", Csv, "csv", () => new CsvExport()),
        ("ical", Calendar, "ics", () => new CalendarExport()),
    ];

    private static readonly (string MediaType, string Example)[] Texts =
    [
        (Csv, "title,dueDate,tags\r\nWater the plants,2026-12-24T17:00:00Z,garden;weekly\r\n"),
        (Calendar, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:Water the plants\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"),
    ];

    public static WebApplicationBuilder AddPortability(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<ImportOptions>(ImportOptions.Section);
        builder.Services.AddSingleton<ExportTurns>().AddSingleton<ImportTurns>().AddSingleton<JsonImport>();
        builder.Services.AddScoped<ExportSource>().AddScoped<Exporter>().AddScoped<ImportCheck>().AddScoped<Importer>();
        return builder;
    }

    public static RouteGroupBuilder MapPortability(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("").WithTags("Export and import").ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/export", Export).RequireAuthorization(AuthPolicies.TasksRead).WithName("exportTasks").WithSummary("Export all tasks").DescribeExportQuery().DescribeTexts(Texts)
            .WithDescription(
                "Everything at one moment, the trash left out. json has all that there is and can be imported again; csv is a table of the tasks, in "
                + "which what a spreadsheet would run as a formula has an apostrophe before it; ical is an iCalendar object of VTODOs. "
                + "Without format, Accept chooses.")
            .Produces<PortableDocument>(StatusCodes.Status200OK, Json, Csv, Calendar).ProducesProblem(StatusCodes.Status406NotAcceptable);
        group.MapPost("/import", ImportAsync).RequireAuthorization(AuthPolicies.TasksWrite).WithName("importTasks").WithSummary("Import tasks").DescribeImportQuery().DescribeTexts(Texts)
            .WithDescription(
                "A document of GET /export in any of its formats, or a CSV (with commas or semicolons) or iCalendar file of another program; up to 128 MiB and 100,000 tasks, where the server is not set otherwise. All of it is "
                + "checked by the rules for single tasks first, and what is wrong is told by line and field; then all or nothing is written. Tasks get new "
                + "ids; categories and tags are found by name, or made. Occurrences of a series that an iCalendar file changes or completes by themselves become "
                + "tasks of their own. Importing the same twice makes everything twice: send an Idempotency-Key. "
                + "A user has one import at a time, and a server works on a few; more are answered 429, and one that is sent more slowly than 16 KiB a second is broken off.")
            .WithMetadata(new ImportSizeLimit(((IEndpointRouteBuilder)api).ServiceProvider.GetRequiredService<IOptions<ImportOptions>>()))
            .Accepts<PortableDocument>(Json, Csv, Calendar).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        return api;
    }

    private static Results<PushStreamHttpResult, ProblemHttpResult> Export(
        ClaimsPrincipal user, Exporter exporter, TimeProvider clock, HttpContext context)
    {
        var wanted = (string?)context.Request.Query["format"];
        var chosen = wanted is null ? Accepted(context.Request) : Array.FindIndex(Formats, f => f.Name == wanted);
        if (chosen < 0)
        {
            return wanted is null
                ? Problems.Create(StatusCodes.Status406NotAcceptable, ProblemTypes.NotAcceptable, $"An export is {Json}, {Csv} or {Calendar}; or give format.")
                : Problems.Validation("format", "One of json, csv, ical is expected.");
        }

        var (_, mediaType, extension, create) = Formats[chosen];
        context.Response.Headers.Vary = HeaderNames.Accept;
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(
            async _ =>
            {
                var format = create();
                using var disposable = format as IDisposable;
                await exporter.WriteAsync(user.UserId(), format, context.Response, context.RequestAborted);
            },
            mediaType == Json ? mediaType : $"{mediaType}; charset=utf-8",
            $"taskaspire-{clock.GetUtcNow():yyyy-MM-dd}.{extension}");
    }

    private static async Task<Results<Ok<ImportResponse>, ProblemHttpResult>> ImportAsync(
        ClaimsPrincipal user, ImportTurns turns, JsonImport json, ImportCheck check, Importer importer, IOptions<ImportOptions> options, HttpContext context,
        CancellationToken cancellationToken)
    {
        var dryRun = (string?)context.Request.Query["dryRun"];
        if (dryRun is not (null or "true" or "false"))
        {
            return Problems.Validation("dryRun", "true or false is expected.");
        }

        var timeZone = (string?)context.Request.Query["timeZone"];
        if (timeZone is not null && (timeZone = TimeZones.Find(timeZone)) is null)
        {
            return Problems.Validation("timeZone", "An IANA zone such as Europe/Berlin is expected.");
        }

        using var turn = turns.TryTake(user.UserId(), context);
        if (turn is null)
        {
            return ImportTurns.Refuse(context.Response);
        }

        var most = options.Value.MaxTasks;
        ImportContent content;
        switch (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) ? type.MediaType.Value?.ToLowerInvariant() : null)
        {
            case Json:
                content = await json.ReadAsync(context.Request.Body, cancellationToken);
                break;
            case Csv when await ReadUtf8Async(context.Request, cancellationToken) is { } text:
                content = await CsvImport.ReadAsync(text, most, cancellationToken);
                break;
            case Csv:
                return Problems.Validation("$", "The body is not valid UTF-8. Save the file in that encoding (in Excel: CSV UTF-8).");
            case Calendar:
                content = CalendarImport.Read(await ReadAsync(context.Request, Encoding.Latin1, cancellationToken), most, timeZone, cancellationToken);
                break;
            default:
                return Problems.Create(StatusCodes.Status415UnsupportedMediaType, ProblemTypes.UnsupportedMediaType, $"Send the body as {Json}, {Csv} or {Calendar}.");
        }

        if (!content.Errors.Any)
        {
            await check.CheckAsync(content, cancellationToken);
        }

        if (content.Errors.Any)
        {
            return Problems.Validation(content.Errors.ToDictionary());
        }

        if (dryRun == "true")
        {
            return await importer.FindObstacleAsync(user.UserId(), content, cancellationToken) is { } obstacle
                ? obstacle
                : TypedResults.Ok(new ImportResponse(content.Items.Count, 0, 0, DryRun: true));
        }

        var (written, problem) = await importer.WriteAsync(user.UserId(), content, cancellationToken);
        return problem is null ? TypedResults.Ok(written) : problem;
    }

    /// <summary>Null for what is no UTF-8; replacing what cannot be read would import something else.</summary>
    private static async Task<string?> ReadUtf8Async(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadAsync(request, new UTF8Encoding(false, throwOnInvalidBytes: true), cancellationToken)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static async Task<string> ReadAsync(HttpRequest request, Encoding encoding, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, encoding, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static int Accepted(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted) || accepted.Count == 0)
        {
            return 0;
        }

        foreach (var range in accepted.Where(a => a.Quality is not 0).OrderByDescending(a => a.Quality ?? 1))
        {
            var found = Array.FindIndex(Formats, f => new MediaTypeHeaderValue(f.MediaType).IsSubsetOf(range));
            if (found >= 0)
            {
                return found;
            }
        }

        return -1;
    }

    /// <summary>Not read when routes are mapped: a setting that is wrong is told at the start, together with all others that are.</summary>
    private sealed class ImportSizeLimit(IOptions<ImportOptions> options) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => options.Value.MaxMebibytes * 1024L * 1024;
    }
}
