using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.Sync;

/// <summary>A client that keeps a copy of what its user has, as docs/sync.md says to.</summary>
internal sealed class SyncClient(ApiClient api, int limit = 100)
{
    private static readonly string[] Entities = ["task", "category", "tag"];

    /// <summary>Which change the names on a task are those after, by its id.</summary>
    private readonly Dictionary<string, long> _asOf = [];

    public string? Token { get; private set; }

    /// <summary>All changes that were delivered, snapshots excluded, in the order in which they came.</summary>
    public List<JsonObject> Changes { get; } = [];

    /// <summary>What there is, by entity and id.</summary>
    public Dictionary<(string Entity, string Id), JsonNode> State { get; } = [];

    public IEnumerable<long> Sequences => Changes.Select(c => (long)c["sequence"]!);

    /// <summary>One question; false when there is nothing more for now.</summary>
    public async Task<bool> AskAsync(ApiClient? other = null)
    {
        var answer = await (other ?? api).GetAsync($"sync?limit={limit}{(Token is null ? "" : $"&token={Token}")}");
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        foreach (var change in answer.Json["changes"]!.AsArray())
        {
            Apply(change!.AsObject());
        }

        Token = (string)answer.Json["nextToken"]!;
        return (bool)answer.Json["hasMore"]!;
    }

    public async Task SyncAsync()
    {
        while (await AskAsync())
        {
        }
    }

    public void Apply(JsonObject change)
    {
        var entity = (string)change["entity"]!;
        var id = (string)change["id"]!;
        Assert.All(Entities.Where(e => e != entity), e => Assert.Null(change[e]));
        if ((string)change["operation"]! == "snapshot")
        {
            Assert.Null(change["sequence"]);
            Assert.NotNull(change[entity]);
        }
        else
        {
            Changes.Add(change);
        }

        if (change[entity] is { } state)
        {
            State[(entity, id)] = state.DeepClone();
            _asOf[id] = (long)change["asOf"]!;
        }
        else
        {
            State.Remove((entity, id));
        }

        Rename(change, entity, id);
    }

    /// <summary>The copy equals what the lists answer.</summary>
    public async Task AssertIsCurrentAsync()
    {
        var expected = new Dictionary<(string, string), JsonNode>();
        foreach (var (entity, path) in new[] { ("task", "tasks?limit=100&page="), ("tag", "tags?limit=100&page="), ("category", "categories") })
        {
            for (var page = 1; ; page++)
            {
                var items = (await api.GetAsync(entity == "category" ? path : path + page, HttpStatusCode.OK)).Json["items"]!.AsArray();
                foreach (var item in items)
                {
                    expected[(entity, (string)item!["id"]!)] = item;
                }

                if (entity == "category" || items.Count < 100)
                {
                    break;
                }
            }
        }

        Assert.Equal(expected.Keys.Order(), State.Keys.Order());
        Assert.All(expected, e => Assert.True(JsonNode.DeepEquals(e.Value, State[e.Key]), $"{e.Value.ToJsonString()} is not {State[e.Key].ToJsonString()}"));
    }

    /// <summary>A name shows on tasks that are not changed by it.</summary>
    private void Rename(JsonObject change, string entity, string id)
    {
        if (change["fields"]?["name"] is not { } name || change[entity] is null)
        {
            return;
        }

        foreach (var task in State.Where(s => s.Key.Entity == "task" && _asOf[s.Key.Id] < (long)change["sequence"]!).Select(s => s.Value))
        {
            if (entity == "category" && (string?)task["categoryId"] == id)
            {
                task["category"]!["name"] = (string)change["category"]!["name"]!;
            }
            else if (entity == "tag" && task["tags"]!.AsArray() is var tags && tags.Any(t => (string)t! == (string)name["from"]!))
            {
                task["tags"] = new JsonArray([.. tags.Select(t => (string)t!).Where(t => t != (string)name["from"]!).Append((string)name["to"]!)
                    .Distinct().Order(StringComparer.Ordinal).Select(t => (JsonNode)t)]);
            }
        }
    }
}
