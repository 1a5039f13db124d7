using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a first look at the training rows makes doubtful, for the log: a training goes on all the same.</summary>
internal static class TrainingWarnings
{
    /// <summary>
    /// Below this a class has few rows: each is more than a tenth of all that the network learns of it, and a tenth of them, to validate on, is none.
    /// </summary>
    internal const int FewRows = 10;

    private const int MostNames = 10;

    /// <summary>Writes the warnings.</summary>
    /// <param name="summary">Of the rows that are trained on.</param>
    /// <param name="input">What they are.</param>
    /// <param name="label">Their classes.</param>
    /// <param name="log">Gets them.</param>
    public static void Write(ExampleSummary summary, NetworkInput input, LabelColumn label, ContextLog log)
    {
        int[] few = [.. Enumerable.Range(0, label.ClassCount).Where(i => summary.ClassCounts[i] < FewRows)];
        if (few.Length > 0)
            log.Warning(
                $"{Names(few, i => Invariant($"'{label.NameOf(i)}' ({summary.ClassCounts[i]})"))} of column '{label.Name}' "
                + Invariant($"{(few.Length == 1 ? "has" : "have")} fewer than {FewRows} rows to train on: too few to learn what they have in common. ")
                + "Add rows. Where other classes have many more, ClassWeights.Balanced() or Sampling.Balanced makes these count as much.");
        if (summary.AllEqual)
            log.Warning(
                Invariant($"All {summary.ClassCounts.Sum():N0} training rows have the same content of column '{input.Name}', bit for bit: ")
                + "nothing can be learned from them. See where the column comes from, such as a path that is the same in all rows.");
        else if (summary.EqualClasses.Count > 0)
            log.Warning(
                $"{Names(summary.EqualClasses, i => Invariant($"'{label.NameOf(i)}' ({summary.ClassCounts[i]})"))} of column '{label.Name}' "
                + $"{(summary.EqualClasses.Count == 1 ? "has" : "have")} in all rows the same content of column '{input.Name}', bit for bit: "
                + "the network learns it by heart. Give rows that differ, and see where the column comes from.");
    }

    private static string Names(IReadOnlyList<int> classes, Func<int, string> name)
        => $"{(classes.Count == 1 ? "Class" : Invariant($"{classes.Count} classes:"))} {string.Join(", ", classes.Take(MostNames).Select(name))}"
            + (classes.Count > MostNames ? ", …," : "");
}
