namespace PaperBenchmark.Runs;

/// <summary>Which files of scores a run has.</summary>
/// <param name="Sets">One for each set of images.</param>
internal sealed record Evaluation(IReadOnlyList<EvaluatedSet> Sets)
{
    public EvaluatedSet? Find(string name) => Sets.FirstOrDefault(set => set.Name == name);

    /// <summary>With a set added, or put in the place of the one of that name.</summary>
    public Evaluation With(EvaluatedSet added) => new([.. Sets.Where(set => set.Name != added.Name), added]);
}

/// <summary>A set of images as it was scored.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Images">How many images.</param>
/// <param name="Sha256">Of their pixels: other images need to be scored anew.</param>
/// <param name="Scores">The scores in the file, with their hyper-parameters.</param>
/// <param name="Failures">The scores that are not, and why.</param>
/// <param name="Seconds">Time for network and scores.</param>
internal sealed record EvaluatedSet(
    string Name, int Images, string Sha256, IReadOnlyList<string> Scores, IReadOnlyDictionary<string, string> Failures, double Seconds);
