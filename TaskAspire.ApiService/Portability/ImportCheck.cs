using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Tasks.Recurrence;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Portability;

/// <summary>Holds an import against the rules for single requests, and its tasks against each other, before anything is written.</summary>
internal sealed class ImportCheck(RequestValidation validation, IOptions<ImportOptions> options)
{
    public async Task CheckAsync(ImportContent content, CancellationToken cancellationToken)
    {
        var errors = content.Errors;
        if (content.Items.Count > options.Value.MaxTasks)
        {
            errors.Add("$", ImportErrors.TooManyTasks(options.Value.MaxTasks));
            return;
        }

        foreach (var (category, i) in content.Categories.Select((c, i) => (c, i)))
        {
            await CheckAsync(category, $"categories[{i}].", "", errors, cancellationToken);
        }

        foreach (var error in TagNames.Check(content.Tags))
        {
            errors.Add(FieldNames.FromProperty(error.MemberNames.First()), error.ErrorMessage!);
        }

        var byId = new Dictionary<string, ImportItem>(StringComparer.Ordinal);
        foreach (var item in content.Items)
        {
            if (item.Task.Id is { } id && !byId.TryAdd(id, item))
            {
                errors.Add(item.Place + "id", "Another task has the same id.");
            }
        }

        foreach (var item in content.Items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await CheckAsync(item, errors, cancellationToken);
        }

        CheckTrees(content.Items, byId, errors);
    }

    private async Task CheckAsync(PortableCategory? category, string place, string field, ImportErrors errors, CancellationToken cancellationToken)
    {
        if (category is null)
        {
            errors.Add(place.TrimEnd('.'), "The category must not be null.");
        }
        else if (await validation.CheckAsync(new CategoryRequest { Name = category.Name, Color = category.Color }, cancellationToken) is { } problems)
        {
            foreach (var (property, messages) in problems)
            {
                errors.Add(place + (field.Length > 0 ? field : FieldNames.FromProperty(property)), messages);
            }
        }
    }

    private async Task CheckAsync(ImportItem item, ImportErrors errors, CancellationToken cancellationToken)
    {
        var task = item.Task;
        if (task.Category is not null)
        {
            await CheckAsync(new PortableCategory { Name = task.Category }, item.Place, "category", errors, cancellationToken);
        }

        var request = task.ToRequest();
        if (await validation.CheckAsync(request, cancellationToken) is { } problems)
        {
            foreach (var (property, messages) in problems)
            {
                errors.Add(item.Place + FieldNames.FromProperty(property), messages);
            }
        }
        // That a rule never occurs shows only when years of the calendar are gone through: too long to do for a hundred thousand of them when enough is wrong already.
        else if (task.Recurrence is not null && !errors.HasMore
            && new Series(SeriesRuleParser.Parse(task.Recurrence), task.RecurrenceStart ?? task.DueDate!.Value, request.TimeZone).Problem() is { } misfit)
        {
            errors.Add(item.Place + "recurrence", misfit);
        }
    }

    private static void CheckTrees(List<ImportItem> items, Dictionary<string, ImportItem> byId, ImportErrors errors)
    {
        var sizes = new Dictionary<ImportItem, int>();
        foreach (var item in items)
        {
            var (top, level) = (item, 1);
            while (top.Task.ParentId is { } parent)
            {
                if (!byId.TryGetValue(parent, out var above))
                {
                    errors.Add(item.Place + "parentId", "No task of the import has this id.");
                    break;
                }

                (top, level) = (above, level + 1);
                if (level > TaskTree.MaxLevels)
                {
                    errors.Add(item.Place + "parentId", $"There can be {TaskTree.MaxLevels} levels of tasks, and no circles.");
                    break;
                }
            }

            sizes[top] = sizes.GetValueOrDefault(top) + 1;
        }

        foreach (var top in sizes.Where(s => s.Value > TaskTree.MaxTasks).Select(s => s.Key))
        {
            errors.Add(top.Place + "id", $"A task can have {TaskTree.MaxTasks - 1} subtasks, at all levels together.");
        }
    }
}
