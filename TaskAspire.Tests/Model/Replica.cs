using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.Model;

/// <summary>A client's copy of what a user has, kept by <c>GET /sync</c> as docs/sync.md says.</summary>
internal sealed class Replica
{
    private readonly Dictionary<string, JsonNode> _tasks = [];
    private readonly Dictionary<string, JsonNode> _tags = [];
    private readonly Dictionary<string, long> _asOf = [];
    private string? _token;
    private long _last;

    public IEnumerable<string> Tasks => _tasks.Values.Select(ModelTask.Show);

    public IEnumerable<string> Tags => _tags.Values.Select(t => t["name"]!.GetValue<string>());

    public async Task SyncAsync(ApiClient client, int limit)
    {
        bool more;
        do
        {
            var answer = (await client.GetAsync(_token is null ? $"sync?limit={limit}" : $"sync?limit={limit}&token={Uri.EscapeDataString(_token)}")).Json;
            foreach (var change in answer["changes"]!.AsArray())
            {
                Apply(change!);
            }

            _token = answer["nextToken"]!.GetValue<string>();
            more = answer["hasMore"]!.GetValue<bool>();
            if (answer["snapshot"]!.GetValue<bool>())
            {
                _last = answer["sequence"]!.GetValue<long>();
            }
        }
        while (more);
    }

    private void Apply(JsonNode change)
    {
        if (change["sequence"] is { } sequence)
        {
            Assert.Equal(_last + 1, sequence.GetValue<long>());
            _last++;
        }

        var id = change["id"]!.GetValue<string>();
        switch (change["entity"]!.GetValue<string>())
        {
            case "task":
                Put(_tasks, id, change["task"]);
                _asOf[id] = change["asOf"]!.GetValue<long>();
                break;
            case "tag":
                Put(_tags, id, change["tag"]);
                Rename(change, (task, from, to) =>
                {
                    if (task["tags"]!.AsArray().Select(t => t!.GetValue<string>()).ToList() is var tags && tags.Remove(from))
                    {
                        task["tags"] = new JsonArray([.. tags.Append(to).Order(StringComparer.Ordinal).Select(t => (JsonNode)t)]);
                    }
                });
                break;
            case "category":
                Rename(change, (task, _, to) =>
                {
                    if (task["categoryId"]?.GetValue<string>() == id)
                    {
                        task["category"]!["name"] = to;
                    }
                });
                break;
        }
    }

    private void Rename(JsonNode change, Action<JsonNode, string, string> apply)
    {
        if (change["operation"]!.GetValue<string>() == "updated" && change["fields"]?["name"] is { } name)
        {
            foreach (var task in _tasks.Where(t => _asOf[t.Key] < change["sequence"]!.GetValue<long>()).Select(t => t.Value))
            {
                apply(task, name["from"]!.GetValue<string>(), name["to"]!.GetValue<string>());
            }
        }
    }

    private static void Put(Dictionary<string, JsonNode> copy, string id, JsonNode? state)
    {
        if (state is null)
        {
            copy.Remove(id);
        }
        else
        {
            copy[id] = state.DeepClone();
        }
    }
}
