namespace PaperBenchmark.Plans;

/// <summary>What someone may have meant by a name that does not exist.</summary>
internal static class NearestName
{
    /// <summary>A sentence or two for an error: the nearest names, if any is near, and all that there are.</summary>
    public static string Hint(string name, IEnumerable<string> valid)
    {
        string[] names = [.. valid];
        var nearest = names.Select(other => (other, Distance: Distance(name, other))).OrderBy(pair => pair.Distance).First();
        var all = $"There are {string.Join(", ", names)}.";
        return nearest.Distance <= Math.Max(2, name.Length / 2) ? $"Did you mean {nearest.other}? {all}" : all;
    }

    // Levenshtein's: letters to insert, remove or change.
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
