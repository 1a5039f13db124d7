namespace LogitNormTool.Training;

/// <summary>What a classifier is trained on top of.</summary>
internal enum FeatureKind
{
    /// <summary>Features of a network that was trained on ImageNet: few photos suffice, each takes a fraction of a second.</summary>
    Pretrained,

    /// <summary>Nothing: all of a small network is trained on the images themselves.</summary>
    Scratch,
}
