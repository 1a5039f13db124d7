namespace Snippets;

/// <summary>The programs by name.</summary>
internal static class Programs
{
    public static IReadOnlyDictionary<string, Action> All { get; } = new Dictionary<string, Action>
    {
        ["own-images"] = OwnImages.Run,
        ["table"] = FlowerTable.Run,
        ["own-score"] = OwnScore.Run,
        ["cameras"] = Cameras.Run,
        ["watching"] = Watching.Run,
        ["active-learning"] = ActiveLearning.Run,
        ["nearest-images"] = NearestImages.Run,
        ["pretrained-features"] = PretrainedFeatures.Run,
    };

    /// <summary>Whether a program begins with the model that <c>own-images</c> saves.</summary>
    public static bool NeedsModel(string name) => name is "cameras" or "watching" or "active-learning" or "nearest-images";
}
