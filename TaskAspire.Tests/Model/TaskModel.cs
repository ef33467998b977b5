namespace TaskAspire.Tests.Model;

/// <summary>What one user has, and what becomes of it: the product's rules once more, as plainly as they can be put.</summary>
internal sealed class TaskModel
{
    public const int MaxLevels = 5;

    public Dictionary<Guid, ModelTask> Tasks { get; } = [];

    public Dictionary<Guid, string> Categories { get; } = [];

    /// <summary>Tags by their lower-case name; the id is known only after somebody asked for it.</summary>
    public Dictionary<string, (Guid? Id, string Name)> Tags { get; } = new(StringComparer.Ordinal);

    public IEnumerable<ModelTask> Live => Tasks.Values.Where(t => t.IsLive);

    public IEnumerable<ModelTask> Trash => Tasks.Values.Where(t => !t.IsLive);

    public int Level(ModelTask task) => task.ParentId is { } parent && Tasks.TryGetValue(parent, out var above) ? Level(above) + 1 : 1;

    /// <summary>What is below a task and shares its state.</summary>
    public List<ModelTask> Below(ModelTask task) =>
        [.. Tasks.Values.Where(t => t.ParentId == task.Id && t.DeletedWith == task.DeletedWith).SelectMany(t => Below(t).Prepend(t))];

    public int Height(ModelTask task) => 1 + Tasks.Values.Where(t => t.ParentId == task.Id && t.DeletedWith == task.DeletedWith).Select(Height).DefaultIfEmpty(0).Max();

    /// <summary>Whether a task, or a new one, can become a part of another.</summary>
    public bool CanBePartOf(ModelTask? task, Guid parentId) =>
        Tasks.TryGetValue(parentId, out var parent) && parent.IsLive
        && (task is null || (parent != task && !Below(task).Contains(parent)))
        && Level(parent) + (task is null ? 1 : Height(task)) <= MaxLevels;

    public void Complete(ModelTask task)
    {
        if (task.Status == "done")
        {
            return;
        }

        foreach (var open in Below(task).Where(t => t.IsOpen))
        {
            open.Status = "done";
        }

        task.Status = "done";
    }

    public static void Reopen(ModelTask task) => task.Status = task.IsOpen ? task.Status : "todo";

    public void Delete(ModelTask task)
    {
        foreach (var gone in Below(task).Append(task))
        {
            gone.DeletedWith = task.Id;
        }
    }

    public void Restore(ModelTask task)
    {
        if (task.IsLive)
        {
            return;
        }

        var back = Below(task);
        if (task.ParentId is { } parent && !CanBePartOf(task, parent))
        {
            task.ParentId = null;
        }

        foreach (var restored in back.Append(task))
        {
            restored.DeletedWith = null;
        }
    }

    public void Purge(ModelTask task)
    {
        foreach (var part in Tasks.Values.Where(t => t.ParentId == task.Id).ToList())
        {
            Purge(part);
        }

        Tasks.Remove(task.Id);
    }

    public void DeleteCategory(Guid id)
    {
        Categories.Remove(id);
        foreach (var task in Tasks.Values.Where(t => t.CategoryId == id))
        {
            task.CategoryId = null;
        }
    }

    public void DeleteTag(string key)
    {
        Tags.Remove(key);
        foreach (var task in Tasks.Values)
        {
            task.Tags.Remove(key);
        }
    }

    public void RenameTag(string key, string name)
    {
        var tag = Tags[key];
        Tags.Remove(key);
        Tags[name.ToLowerInvariant()] = (tag.Id, name);
        foreach (var task in Tasks.Values.Where(t => t.Tags.Remove(key)))
        {
            task.Tags.Add(name.ToLowerInvariant());
        }
    }
}
