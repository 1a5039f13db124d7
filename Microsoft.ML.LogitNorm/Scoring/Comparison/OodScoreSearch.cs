namespace Microsoft.ML.LogitNorm;

/// <summary>Rows to choose hyper-parameters of scores on, which are neither trained on nor reported: <see cref="OodScoreComparison.Options.Search"/>.</summary>
/// <remarks>
/// Of each score the setting with the highest AUROC, on average over the sets, is chosen, as OpenOOD does. What is chosen depends on the strangers that are
/// looked at: take others than those that are reported, but as unlike the known classes. Two searches are equal if they are the same object, as data views are.
/// </remarks>
public sealed class OodScoreSearch
{
    /// <summary>Names the rows.</summary>
    /// <param name="inDistribution">Rows of the known classes, as the model takes them.</param>
    /// <param name="outOfDistribution">Rows of none of them, as the model takes them: one or more sets, by name.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is no set, or one is null.</exception>
    public OodScoreSearch(IDataView inDistribution, IReadOnlyDictionary<string, IDataView> outOfDistribution)
    {
        ArgumentNullException.ThrowIfNull(inDistribution);
        CheckSets(outOfDistribution, nameof(outOfDistribution));
        (InDistribution, OutOfDistribution) = (inDistribution, outOfDistribution.ToDictionary());
    }

    /// <summary>Rows of the known classes.</summary>
    public IDataView InDistribution { get; }

    /// <summary>Rows of none of them, by name.</summary>
    public IReadOnlyDictionary<string, IDataView> OutOfDistribution { get; }

    /// <summary>The names of the sets, the same in every culture.</summary>
    public override string ToString() => $"on {string.Join(", ", OutOfDistribution.Keys)}";

    /// <summary>Makes sure that there are sets.</summary>
    /// <exception cref="ArgumentException">There is no set, or one is null.</exception>
    internal static void CheckSets(IReadOnlyDictionary<string, IDataView> sets, string parameter)
    {
        ArgumentNullException.ThrowIfNull(sets, parameter);
        if (sets.Count == 0)
            throw new ArgumentException("Give at least one set of out-of-distribution rows, by name.", parameter);
        if (sets.FirstOrDefault(set => set.Value is null) is { Key: not null and var empty })
            throw new ArgumentException($"The set '{empty}' is null.", parameter);
    }

    /// <summary>Makes sure that nothing is chosen on rows that are reported, or that scores learn from.</summary>
    /// <param name="known">In-distribution rows that are reported.</param>
    /// <param name="unknown">Sets that are reported.</param>
    /// <param name="training">Rows that scores learn from; null if there are none.</param>
    /// <exception cref="ArgumentException">A name or a data view is in both.</exception>
    internal void CheckApart(IDataView known, IReadOnlyDictionary<string, IDataView> unknown, IDataView? training)
    {
        const string Remedy = "What is reported after a choice on the same rows is too good: give the search rows of its own.";
        if (OutOfDistribution.Keys.FirstOrDefault(unknown.ContainsKey) is { } name)
            throw new ArgumentException($"The set '{name}' is among those to search on and among those to report. {Remedy}", "options");
        if (OutOfDistribution.FirstOrDefault(set => unknown.Values.Append(known).Contains(set.Value)) is { Key: not null and var same })
            throw new ArgumentException($"The rows of the set '{same}' of the search are reported as well. {Remedy}", "options");
        if (unknown.Values.Append(known).Contains(InDistribution))
            throw new ArgumentException($"The in-distribution rows of the search are reported as well. {Remedy}", "options");
        if (training is not null && OutOfDistribution.Values.Append(InDistribution).Contains(training))
            throw new ArgumentException(
                "The search looks at the training data, which scores know too well to be told apart by it: give the search rows of its own.", "options");
    }
}
