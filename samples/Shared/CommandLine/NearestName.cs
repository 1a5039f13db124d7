namespace Shared.CommandLine;

/// <summary>What someone who wrote a name wrong may have meant.</summary>
public static class NearestName
{
    /// <summary>The name that needs the fewest letters changed; null where none is close.</summary>
    public static string? Of(string written, IEnumerable<string> names)
        => names.Select(name => (Name: name, Distance: Distance(written.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(pair => pair.Distance <= Math.Max(2, pair.Name.Length / 3))
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.Name)
            .FirstOrDefault();

    /// <summary>A sentence for an error: <c>Did you mean 'cifar10'?</c>; empty where no name is close.</summary>
    public static string Hint(string written, IEnumerable<string> names) => Of(written, names) is { } name ? $" Did you mean '{name}'?" : "";

    // Letters to insert, remove or replace (Levenshtein), one row of the table at a time.
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
