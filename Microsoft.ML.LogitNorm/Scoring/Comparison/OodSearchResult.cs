namespace Microsoft.ML.LogitNorm;

/// <summary>What a score's hyper-parameters were chosen from.</summary>
/// <param name="Settings">All settings of the score that were tried: the chosen one first, the others by their AUROC, failed ones last.</param>
/// <param name="Sets">The names of the out-of-distribution sets that they were tried on.</param>
public sealed record OodSearchResult(IReadOnlyList<OodSettingResult> Settings, IReadOnlyList<string> Sets)
{
    /// <summary>All settings of the score that were tried: the chosen one first, the others by their AUROC, failed ones last.</summary>
    public IReadOnlyList<OodSettingResult> Settings { get; init => field = ValueList.Of(value); } = ValueList.Of(Settings);

    /// <summary>The names of the out-of-distribution sets that they were tried on.</summary>
    public IReadOnlyList<string> Sets { get; init => field = ValueList.Of(value); } = ValueList.Of(Sets);

    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
