using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace TaskAspire.Data;

/// <summary>What <c>dotnet ef migrations add</c> builds the model with; it never connects.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<TaskDbContext>
{
    public TaskDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<TaskDbContext>();
        TaskDatabase.Configure(options.UseNpgsql("Host=design-time"));
        return new TaskDbContext(options.Options);
    }
}
