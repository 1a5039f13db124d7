namespace Microsoft.ML.LogitNorm;

/// <summary>Chooses, of scores that differ by hyper-parameters alone, the one that does best on the sets of a search.</summary>
internal static class SettingChoice
{
    /// <summary>One contestant for each kind of score, in the order in which the kinds were given; it is told what it was chosen from.</summary>
    /// <remarks>The highest mean AUROC decides, of equal ones the first given. Where all settings have failed, the first says why.</remarks>
    /// <param name="contestants">All settings.</param>
    /// <param name="sets">Names of the sets.</param>
    /// <param name="known">For each contestant the scores of the in-distribution rows.</param>
    /// <param name="unknown">For each set the same.</param>
    public static OodContestant[] Best(
        IReadOnlyList<OodContestant> contestants, IReadOnlyList<string> sets, List<float>[] known, IReadOnlyList<List<float>[]> unknown)
    {
        var results = contestants.Select((contestant, i) => (
            Contestant: contestant,
            Setting: new OodSettingResult(
                contestant.Score,
                contestant.Failure is null ? unknown.Average(set => Auroc(known[i], set[i])) : double.NaN,
                contestant.Failure)));
        return [.. results.GroupBy(result => result.Contestant.Score.Kind).Select(kind =>
        {
            // The order of equal ones is kept.
            var ranked = kind.OrderByDescending(result => result.Setting.Failure is null ? result.Setting.MeanAuroc : double.NegativeInfinity).ToArray();
            ranked[0].Contestant.Search = new([.. ranked.Select(result => result.Setting)], sets);
            return ranked[0].Contestant;
        })];
    }

    private static double Auroc(List<float> known, List<float> unknown) => Roc.Area(ThresholdSweep.InDistributionPositive(Widened(known), Widened(unknown)));

    private static double[] Widened(List<float> scores) => [.. scores.Select(score => (double)score)];
}
