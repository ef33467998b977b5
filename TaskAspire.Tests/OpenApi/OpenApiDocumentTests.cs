using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.Standalone;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.OpenApi;

public sealed class OpenApiDocumentTests(BackingServices services)
{
    /// <summary>Set to 1, the test writes the document instead of comparing it.</summary>
    private const string AcceptVariable = "TASKASPIRE_ACCEPT_OPENAPI";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task The_document_in_docs_is_the_one_that_is_served()
    {
        var file = Path.Combine(SourceTree.Root!, "docs", "openapi.json");
        var served = JsonNode.Parse(await ReadAsync())!.ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            await File.WriteAllTextAsync(file, served, TestContext.Current.CancellationToken);
        }

        var kept = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.True(served == kept.ReplaceLineEndings("\n"), $"The contract has changed. If that is meant, write it down: {AcceptVariable}=1 ./test -class {GetType().FullName}");
    }

    [Fact]
    public async Task Everything_in_it_is_described_and_has_an_example()
    {
        var document = JsonNode.Parse(await ReadAsync())!;
        Assert.StartsWith("3.1", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        var missing = new List<string>();
        foreach (var (path, item) in document["paths"]!.AsObject().Concat(document["webhooks"]!.AsObject()))
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                Check(document, $"{method} {path}", operation!.AsObject(), missing);
            }
        }

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Examples_are_of_something_and_do_not_contradict_themselves()
    {
        var document = JsonNode.Parse(await ReadAsync())!;
        Assert.DoesNotContain("\"text\"", string.Join('\n', Examples(document["paths"]!).Select(example => example.ToJsonString())), StringComparison.Ordinal);
        var endpoint = document["paths"]!["/api/v1/webhooks/{id}"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["example"]!;
        Assert.Equal(("active", null, null), ((string?)endpoint["status"], (string?)endpoint["pausedAt"], (string?)endpoint["disabledReason"]));
        var cursor = document["paths"]!["/api/v1/tasks"]!["get"]!["parameters"]!.AsArray().Single(p => (string?)p!["name"] == "cursor")!["example"];
        await (await _api.CreateUserAsync()).GetAsync($"tasks?cursor={cursor}");
    }

    [Fact]
    public async Task Words_that_can_be_chosen_from_are_texts_and_have_one_type()
    {
        var document = JsonNode.Parse(await ReadAsync())!;
        var enumerations = Parts(document["paths"]!).Concat(Parts(document["components"]!["schemas"]!)).Where(part => part["enum"] is JsonArray).ToList();
        Assert.Contains(enumerations, words => words["enum"]!.AsArray().Any(word => word!.GetValue<string>() == "in_progress"));
        Assert.All(enumerations, words => Assert.Equal("string", words["type"]?.ToString()));
        foreach (var words in enumerations.Where(words => words["enum"]!.AsArray().Any(word => !char.IsAsciiLetter(word!.GetValue<string>()[0]))))
        {
            var names = words["x-enum-varnames"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
            Assert.Equal(words["enum"]!.AsArray().Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
            Assert.All(names, name => Assert.Matches("^[A-Za-z][A-Za-z0-9_]*$", name));
        }

        Assert.Empty(enumerations.GroupBy(words => words["enum"]!.ToJsonString()).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public async Task No_type_has_a_second_name_or_none()
    {
        var schemas = JsonNode.Parse(await ReadAsync())!["components"]!["schemas"]!.AsObject();
        Assert.DoesNotContain(schemas, schema => schema.Value!.AsObject().Count == 0);
        var items = schemas.SelectMany(schema => Parts(schema.Value!)).Select(part => part["items"]).OfType<JsonObject>();
        Assert.Empty(items.Where(item => item["properties"] is not null).Select(item => item.ToJsonString()));
    }

    [Fact]
    public async Task What_null_removes_may_be_null()
    {
        var schemas = JsonNode.Parse(await ReadAsync())!["components"]!["schemas"]!;
        Assert.Equal(["null", "string"], TypesOf("WebhookPatch"));
        Assert.Equal(["string"], TypesOf("WebhookRequest"));

        IEnumerable<string> TypesOf(string request) =>
            schemas[request]!["properties"]!["headers"]!["additionalProperties"]!["type"] is var type && type is JsonArray types ? types.Select(t => (string)t!) : [(string)type!];
    }

    [Fact]
    public async Task What_is_said_to_be_the_default_can_be_sent_with_a_cursor()
    {
        var user = await _api.CreateUserAsync();
        await user.CreateTaskAsync("first");
        await user.CreateTaskAsync("second");
        var parameters = JsonNode.Parse(await ReadAsync())!["paths"]!["/api/v1/tasks"]!["get"]!["parameters"]!.AsArray();
        var defaults = parameters.Where(p => p!["schema"]!["default"] is not null && p["name"]!.ToString() != "limit").Select(p => $"&{p!["name"]}={p["schema"]!["default"]}").ToList();
        Assert.NotEmpty(defaults);
        var page = (await user.GetAsync("tasks?limit=1")).Json;
        var next = (await user.GetAsync($"tasks?limit=1&cursor={page["nextCursor"]}{string.Concat(defaults)}")).Json;
        Assert.Equal("first", next["items"]![0]!["title"]!.ToString());
    }

    [Theory]
    [InlineData("categories", 500)]
    [InlineData("api-keys", 50)]
    [InlineData("webhooks", 100)]
    public async Task How_many_there_can_be_is_told_before_one_is_refused(string route, int most)
    {
        var create = JsonNode.Parse(await ReadAsync())!["paths"]![$"/api/v1/{route}"]!["post"]!;
        Assert.Contains($"There can be {most} ", create["description"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_comes_from_the_cache_is_documented_too()
    {
        var answers = await DocumentedAnswers.ReadAsync(JsonNode.Parse(await ReadAsync())!);
        var user = await _api.CreateUserAsync();
        await user.GetAsync("tasks");
        using var response = await user.Http.GetAsync("/api/v1/tasks", TestContext.Current.CancellationToken);
        Assert.Equal("hit", response.Headers.GetValues("X-Cache").Single());
        Assert.Null(answers.FindProblem(
            "/api/v1/tasks", "get", (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers.Concat(response.Content.Headers).Select(header => header.Key)));
    }

    [Fact]
    public async Task The_linter_has_nothing_to_say()
    {
        using var tools = await OpenApiTools.InstallAsync(await ReadAsync(), TestContext.Current.CancellationToken);
        await tools.RunAsync("../node_modules/@stoplight/spectral-cli/dist/index.js", "lint", "openapi.json", "--ruleset", "spectral.yaml", "--fail-severity", "hint");
    }

    [Fact]
    public async Task A_TypeScript_client_made_from_it_works()
    {
        var api = await _api.GetAAsync();
        using var tools = await OpenApiTools.InstallAsync(await ReadAsync(), TestContext.Current.CancellationToken);
        await tools.RunAsync("../node_modules/openapi-typescript/bin/cli.js", "openapi.json", "--output", "api.ts");
        await tools.RunAsync(
            "../node_modules/typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable", "--skipLibCheck", "client.ts");

        var address = api.CreateAnonymous().Http.BaseAddress!.ToString().TrimEnd('/');
        Assert.Contains("all well", await tools.RunAsync("client.js", address, $"ts-{Guid.NewGuid():N}@example.com"), StringComparison.Ordinal);
    }

    private async Task<string> ReadAsync()
    {
        var api = await _api.GetAAsync();
        return await api.CreateAnonymous().Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
    }

    /// <summary>All objects in it, itself among them; examples are none of the contract.</summary>
    private static IEnumerable<JsonObject> Parts(JsonNode node) => node switch
    {
        JsonObject part => part.Where(member => member.Key is not ("example" or "examples") && member.Value is not null).SelectMany(member => Parts(member.Value!)).Prepend(part),
        JsonArray list => list.OfType<JsonNode>().SelectMany(Parts),
        _ => [],
    };

    private static IEnumerable<JsonNode> Examples(JsonNode node) => node switch
    {
        JsonObject part => part.Where(member => member.Value is not null).SelectMany(member => member.Key == "example" ? [member.Value!] : Examples(member.Value!)),
        JsonArray list => list.OfType<JsonNode>().SelectMany(Examples),
        _ => [],
    };

    private static void Check(JsonNode document, string name, JsonObject operation, List<string> missing)
    {
        Need(operation["operationId"], $"{name}: operationId");
        Need(operation["summary"], $"{name}: summary");
        Need(operation["description"], $"{name}: description");
        foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
        {
            Need(parameter!["description"], $"{name}: description of {parameter["name"]}");
            Need(parameter["example"], $"{name}: example of {parameter["name"]}");
        }

        CheckContent(operation["requestBody"]?["content"], $"{name}: body");
        foreach (var (status, answer) in operation["responses"]!.AsObject())
        {
            Need(answer!["description"], $"{name}: description of {status}");
            CheckContent(answer["content"], $"{name}: {status}");
            foreach (var (header, reference) in answer["headers"]?.AsObject() ?? [])
            {
                var pointer = reference!["$ref"]!.GetValue<string>()["#/components/headers/".Length..];
                Need(document["components"]!["headers"]![pointer]?["example"], $"{name}: example of header {header}");
            }
        }

        void CheckContent(JsonNode? content, string where)
        {
            foreach (var (type, media) in content?.AsObject() ?? [])
            {
                Need(media!["example"], $"{where}: example of {type}");
                Need(media["schema"], $"{where}: schema of {type}");
            }
        }

        void Need(JsonNode? node, string what)
        {
            if (node is null || (node is JsonValue value && value.ToString().Length == 0))
            {
                missing.Add(what);
            }
        }
    }
}
