using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.Model;

/// <summary>One user who does random things, each through any of the instances, and looks at what came of it through any other.</summary>
internal sealed class RandomWalk(ApiClient[] instances, Random random)
{
    private const int StoryLength = 12;
    private static readonly string[] Statuses = ["todo", "in_progress", "done", "cancelled"];
    private static readonly string[] Priorities = ["none", "low", "medium", "high", "urgent"];
    private static readonly string[] Words = ["fern", "roof", "Überweisung", "milk", "tax 100%", "a_b"];
    private static readonly string[] TagNames = ["home", "Work", "garden", "ßtraße", "later"];

    private readonly TaskModel _model = new();
    private readonly Replica _replica = new();
    private readonly Queue<string> _story = new();
    private int _names;

    public string Story => string.Join('\n', _story);

    private ApiClient Any => OneOf(instances);

    public async Task RunAsync(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            await StepAsync();
            await LookAsync(i);
        }
    }

    private Task StepAsync() => random.Next(100) switch
    {
        < 22 => CreateAsync(),
        < 42 => PatchAsync(),
        < 47 => ReplaceAsync(),
        < 55 => ActAsync("complete", _model.Complete),
        < 60 => ActAsync("reopen", TaskModel.Reopen),
        < 67 => DeleteAsync(),
        < 73 => RestoreAsync(),
        < 76 => PurgeAsync(),
        < 82 => CategoryAsync(),
        < 89 => TagAsync(),
        < 90 => EmptyTrashAsync(),
        _ => BulkAsync(),
    };

    private async Task CreateAsync()
    {
        var wanted = Draw(null);
        var expected = Allowed(null, wanted) ? HttpStatusCode.Created : HttpStatusCode.BadRequest;
        Tell($"create {wanted.ToJsonString()} -> {expected}");
        if (Chance(30))
        {
            // Sent twice, as a client does that got no answer the first time.
            var key = ("Idempotency-Key", Guid.NewGuid().ToString());
            var answers = await Task.WhenAll(instances.Select(i => i.SendAsync(HttpMethod.Post, "tasks", wanted, expected, null, key)));
            if (expected == HttpStatusCode.Created)
            {
                Assert.Equal(answers[0].Text, answers[1].Text);
                Add(answers[0].Json, wanted);
            }
        }
        else if (await Any.PostAsync("tasks", wanted, expected) is var answer && expected == HttpStatusCode.Created)
        {
            Add(answer.Json, wanted);
        }
    }

    private async Task PatchAsync()
    {
        if (Pick(_model.Live) is not { } task)
        {
            return;
        }

        var patch = new JsonObject();
        foreach (var (name, value) in Draw(task).Where(_ => Chance(35)))
        {
            patch[name] = value?.DeepClone();
        }

        var allowed = Allowed(task, patch);
        Tell($"patch {task.Id} {patch.ToJsonString()} -> {allowed}");
        var stale = Chance(10);
        var expected = stale ? HttpStatusCode.PreconditionFailed : allowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest;
        (string, string)[] header = stale ? [("If-Match", "\"0\"")] : Chance(30) ? [("If-Match", (await Any.GetAsync($"tasks/{task.Id}")).ETag)] : [];
        await Any.SendAsync(HttpMethod.Patch, $"tasks/{task.Id}", patch, expected, null, header);
        if (expected == HttpStatusCode.OK)
        {
            Apply(task, patch);
        }
    }

    private async Task ReplaceAsync()
    {
        if (Pick(_model.Live) is { } task)
        {
            var wanted = Draw(task);
            var allowed = Allowed(task, wanted);
            Tell($"replace {task.Id} {wanted.ToJsonString()} -> {allowed}");
            await Any.PutAsync($"tasks/{task.Id}", wanted, allowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
            if (allowed)
            {
                Apply(task, wanted);
            }
        }
    }

    private async Task ActAsync(string action, Action<ModelTask> apply)
    {
        if (Pick(_model.Tasks.Values) is { } task)
        {
            Tell($"{action} {task.Id}");
            await Any.PostAsync($"tasks/{task.Id}/{action}", null, task.IsLive ? HttpStatusCode.OK : HttpStatusCode.NotFound);
            if (task.IsLive)
            {
                apply(task);
            }
        }
    }

    private async Task DeleteAsync()
    {
        if (Pick(_model.Tasks.Values) is { } task)
        {
            Tell($"delete {task.Id}");
            await Any.DeleteAsync($"tasks/{task.Id}", task.IsLive ? HttpStatusCode.NoContent : HttpStatusCode.NotFound);
            if (task.IsLive)
            {
                _model.Delete(task);
            }
        }
    }

    private async Task RestoreAsync()
    {
        if ((Pick(_model.Trash) ?? Pick(_model.Live)) is { } task)
        {
            Tell($"restore {task.Id}");
            await Any.PostAsync($"tasks/{task.Id}/restore", null, HttpStatusCode.OK);
            _model.Restore(task);
        }
    }

    private async Task PurgeAsync()
    {
        if (Pick(_model.Tasks.Values) is { } task)
        {
            Tell($"purge {task.Id}");
            await Any.DeleteAsync($"tasks/{task.Id}?permanent=true");
            _model.Purge(task);
        }
    }

    private async Task EmptyTrashAsync()
    {
        Tell("empty the trash");
        await Any.DeleteAsync("tasks/trash");
        foreach (var task in _model.Trash.ToList())
        {
            _model.Purge(task);
        }
    }

    private async Task CategoryAsync()
    {
        var name = $"{OneOf(Words)} {_names++}";
        switch (_model.Categories.Count == 0 ? 0 : random.Next(4))
        {
            case 0 or 1 when _model.Categories.Count < 8:
                Tell($"new category {name}");
                _model.Categories[Guid.Parse((await Any.PostAsync("categories", new JsonObject { ["name"] = name })).Json["id"]!.GetValue<string>())] = name;
                break;
            case 2:
                var renamed = OneOf(_model.Categories.Keys.ToList());
                Tell($"category {renamed} is called {name}");
                await Any.PatchAsync($"categories/{renamed}", new JsonObject { ["name"] = name });
                _model.Categories[renamed] = name;
                break;
            default:
                var gone = OneOf(_model.Categories.Keys.ToList());
                Tell($"delete category {gone}");
                await Any.DeleteAsync($"categories/{gone}");
                _model.DeleteCategory(gone);
                break;
        }
    }

    private async Task TagAsync()
    {
        await LearnTagsAsync();
        if (_model.Tags.Count == 0)
        {
            return;
        }

        var key = OneOf(_model.Tags.Keys.ToList());
        var name = $"{OneOf(TagNames)}{_names++ % 9}";
        if (Chance(50))
        {
            Tell($"delete tag {key}");
            await Any.DeleteAsync($"tags/{_model.Tags[key].Id}");
            _model.DeleteTag(key);
        }
        else if (_model.Tags.ContainsKey(name.ToLowerInvariant()) && !key.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            Tell($"tag {key} cannot be called {name}");
            await Any.PutAsync($"tags/{_model.Tags[key].Id}", new JsonObject { ["name"] = name }, HttpStatusCode.Conflict);
        }
        else
        {
            Tell($"tag {key} is called {name}");
            await Any.PutAsync($"tags/{_model.Tags[key].Id}", new JsonObject { ["name"] = name });
            _model.RenameTag(key, name);
        }
    }

    /// <summary>Several operations on different tasks without relatives among them, so that the outcome does not hang on their order.</summary>
    private async Task BulkAsync()
    {
        var atomic = Chance(40);
        var operations = new JsonArray();
        var effects = new List<(bool Allowed, Action<JsonNode?> Apply)>();
        foreach (var task in _model.Tasks.Values.Where(t => t.ParentId is null && !_model.Tasks.Values.Any(c => c.ParentId == t.Id)).OrderBy(_ => random.Next()).Take(random.Next(6)).ToList())
        {
            var live = task.IsLive;
            switch (random.Next(4))
            {
                case 0:
                    operations.Add(new JsonObject { ["op"] = "complete", ["id"] = task.Id });
                    effects.Add((live, _ => _model.Complete(task)));
                    break;
                case 1:
                    operations.Add(new JsonObject { ["op"] = "delete", ["id"] = task.Id });
                    effects.Add((live, _ => _model.Delete(task)));
                    break;
                case 2:
                    operations.Add(new JsonObject { ["op"] = "restore", ["id"] = task.Id });
                    effects.Add((true, _ => _model.Restore(task)));
                    break;
                default:
                    var patch = new JsonObject { ["title"] = Title(), ["priority"] = OneOf(Priorities) };
                    operations.Add(new JsonObject { ["op"] = "update", ["id"] = task.Id, ["patch"] = patch.DeepClone() });
                    effects.Add((live, _ => Apply(task, patch)));
                    break;
            }
        }

        var wanted = Draw(null, withParent: false);
        operations.Add(new JsonObject { ["op"] = "create", ["task"] = wanted.DeepClone() });
        effects.Add((Allowed(null, wanted), result => Add(result!["task"]!.AsObject(), wanted)));

        var done = !atomic || effects.TrueForAll(e => e.Allowed);
        Tell($"bulk atomic={atomic} {operations.ToJsonString()} -> {string.Join(',', effects.Select(e => e.Allowed))}");
        var body = new JsonObject { ["atomic"] = atomic, ["operations"] = operations };
        if (done)
        {
            var results = (await Any.PostAsync("tasks/bulk", body, HttpStatusCode.OK)).Json["results"]!.AsArray();
            foreach (var ((allowed, apply), result) in effects.Zip(results))
            {
                Assert.Equal(allowed, result!["problem"] is null);
                if (allowed)
                {
                    apply(result);
                }
            }
        }
        else
        {
            await Any.PostAsync("tasks/bulk", body, effects.Find(e => !e.Allowed) == effects[^1] ? HttpStatusCode.BadRequest : HttpStatusCode.NotFound);
        }
    }

    private async Task LookAsync(int step)
    {
        if (Pick(_model.Tasks.Values) is { } one)
        {
            var answer = await Any.GetAsync($"tasks/{one.Id}", one.IsLive ? HttpStatusCode.OK : HttpStatusCode.NotFound);
            if (one.IsLive)
            {
                Assert.Equal(one.Show(_model), ModelTask.Show(answer.Json));
            }
        }

        await CompareListAsync();
        if (step % 7 == 0)
        {
            Same(_model.Trash.Select(t => t.Show(_model)), (await PagesAsync("tasks/trash?")).Select(ModelTask.Show), "the trash");
        }

        if (step % 5 == 0)
        {
            await _replica.SyncAsync(Any, random.Next(1, 50));
            Same(_model.Live.Select(t => t.Show(_model)), _replica.Tasks, "the copy that sync keeps");
            Same(_model.Tags.Values.Select(t => t.Name), _replica.Tags, "the tags that sync keeps");
        }
    }

    private async Task CompareListAsync()
    {
        var query = new StringBuilder("tasks?");
        var expected = _model.Live;
        if (Chance(30))
        {
            var statuses = Statuses.Where(_ => Chance(50)).Append("todo").Distinct().ToList();
            query.Append(CultureInfo.InvariantCulture, $"status={string.Join(',', statuses)}&");
            expected = expected.Where(t => statuses.Contains(t.Status));
        }

        if (Chance(20))
        {
            var priority = OneOf(Priorities);
            query.Append(CultureInfo.InvariantCulture, $"priority={priority}&");
            expected = expected.Where(t => t.Priority == priority);
        }

        if (Chance(20) && _model.Tags.Count > 0)
        {
            var key = OneOf(_model.Tags.Keys.ToList());
            query.Append(CultureInfo.InvariantCulture, $"tag={Uri.EscapeDataString(_model.Tags[key].Name)}&");
            expected = expected.Where(t => t.Tags.Contains(key));
        }

        if (Chance(20) && _model.Categories.Count > 0)
        {
            var category = OneOf(_model.Categories.Keys.ToList());
            query.Append(CultureInfo.InvariantCulture, $"categoryId={category}&");
            expected = expected.Where(t => t.CategoryId == category);
        }

        if (Chance(15))
        {
            var word = OneOf(Words);
            query.Append(CultureInfo.InvariantCulture, $"search={Uri.EscapeDataString(word)}&");
            expected = expected.Where(t => (t.Title + "\n" + t.Description).Contains(word, StringComparison.OrdinalIgnoreCase));
        }

        if (Chance(15) && Pick(_model.Live) is { } parent)
        {
            query.Append(CultureInfo.InvariantCulture, $"parentId={parent.Id}&");
            expected = expected.Where(t => t.ParentId == parent.Id);
        }

        if (Chance(50))
        {
            query.Append(CultureInfo.InvariantCulture, $"sort={OneOf(["createdAt", "-dueDate", "dueDate", "priority", "-updatedAt", "title", "-title"])}&");
        }

        Same(expected.Select(t => t.Show(_model)), (await PagesAsync(query.ToString())).Select(ModelTask.Show), query.ToString());
    }

    private async Task<List<JsonNode>> PagesAsync(string query)
    {
        var items = new List<JsonNode>();
        var limit = random.Next(5, 100);
        string? cursor = null;
        do
        {
            var page = (await Any.GetAsync($"{query}limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}")).Json;
            items.AddRange(page["items"]!.AsArray().Select(i => i!));
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);
        return items;
    }

    private async Task LearnTagsAsync()
    {
        foreach (var tag in (await Any.GetAsync("tags?limit=100")).Json["items"]!.AsArray())
        {
            var name = tag!["name"]!.GetValue<string>();
            _model.Tags[name.ToLowerInvariant()] = (Guid.Parse(tag["id"]!.GetValue<string>()), name);
        }
    }

    private JsonObject Draw(ModelTask? task, bool withParent = true)
    {
        var due = Chance(60) ? DateTimeOffset.UtcNow.AddDays(random.Next(1, 300)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : null;
        var parent = withParent && Chance(40) ? Pick(_model.Tasks.Values.Where(t => t != task || Chance(5))) : null;
        return new JsonObject
        {
            ["title"] = Title(),
            ["description"] = Chance(30) ? OneOf(Words) : null,
            ["status"] = task is null || Chance(50) ? "todo" : OneOf(Statuses),
            ["priority"] = OneOf(Priorities),
            ["dueDate"] = due,
            ["categoryId"] = Chance(40) && _model.Categories.Count > 0 ? OneOf(_model.Categories.Keys.ToList()) : Chance(2) ? Guid.NewGuid() : null,
            ["tags"] = new JsonArray([.. TagNames.Where(_ => Chance(25)).Select(n => (JsonNode)(Chance(80) ? n : n.ToLowerInvariant()))]),
            ["parentId"] = parent?.Id,
            ["reminders"] = new JsonArray([.. Enumerable.Range(0, due is null ? 0 : random.Next(3)).Select(i => (JsonNode)new JsonObject { ["minutesBeforeDue"] = 10 * (i + 1) })]),
        };
    }

    private bool Allowed(ModelTask? task, JsonObject wanted) =>
        (wanted["categoryId"] is not { } category || _model.Categories.ContainsKey(category.GetValue<Guid>()))
        && (wanted["parentId"] is not { } parent || parent.GetValue<Guid>() == task?.ParentId || _model.CanBePartOf(task, parent.GetValue<Guid>()));

    private void Add(JsonObject answer, JsonObject wanted)
    {
        var task = new ModelTask { Id = Guid.Parse(answer["id"]!.GetValue<string>()) };
        _model.Tasks[task.Id] = task;
        Apply(task, wanted);
        Assert.Equal(task.Show(_model), ModelTask.Show(answer));
    }

    private void Apply(ModelTask task, JsonObject wanted)
    {
        foreach (var (name, value) in wanted)
        {
            switch (name)
            {
                case "title":
                    task.Title = value!.GetValue<string>();
                    break;
                case "description":
                    task.Description = value?.GetValue<string>();
                    break;
                case "priority":
                    task.Priority = value!.GetValue<string>();
                    break;
                case "dueDate":
                    task.DueDate = value?.GetValue<string>();
                    break;
                case "categoryId":
                    task.CategoryId = value?.GetValue<Guid>();
                    break;
                case "parentId":
                    task.ParentId = value?.GetValue<Guid>();
                    break;
                case "reminders":
                    task.Reminders = [.. value!.AsArray().Select(r => r!["minutesBeforeDue"]!.ToString())];
                    break;
                case "tags":
                    task.Tags = new SortedSet<string>(value!.AsArray().Select(t => Tag(t!.GetValue<string>())), StringComparer.Ordinal);
                    break;
                case "status" when value!.GetValue<string>() == "done":
                    _model.Complete(task);
                    break;
                case "status":
                    task.Status = value!.GetValue<string>();
                    break;
            }
        }
    }

    private string Tag(string name)
    {
        var key = name.ToLowerInvariant();
        _model.Tags.TryAdd(key, (null, name));
        return key;
    }

    private string Title() => $"{OneOf(Words)} {OneOf(Words)} {random.Next(1000)}";

    private ModelTask? Pick(IEnumerable<ModelTask> tasks) => tasks.ToList() is { Count: > 0 } list ? OneOf(list) : null;

    private T OneOf<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    private bool Chance(int percent) => random.Next(100) < percent;

    private void Tell(string what)
    {
        _story.Enqueue(what);
        while (_story.Count > StoryLength)
        {
            _story.Dequeue();
        }
    }

    private static void Same(IEnumerable<string> expected, IEnumerable<string> actual, string what)
    {
        var (wanted, found) = (expected.Order(StringComparer.Ordinal).ToList(), actual.Order(StringComparer.Ordinal).ToList());
        Assert.True(wanted.SequenceEqual(found, StringComparer.Ordinal), $"{what}:\nmissing: {string.Join('\n', wanted.Except(found))}\nnot expected: {string.Join('\n', found.Except(wanted))}");
    }
}
