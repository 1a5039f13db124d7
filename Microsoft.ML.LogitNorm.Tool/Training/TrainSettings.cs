namespace LogitNormTool.Training;

/// <summary>What <c>logitnorm train</c> is asked for.</summary>
internal sealed record TrainSettings
{
    /// <summary>A folder or zip with the images to learn.</summary>
    public required string Photos { get; init; }

    /// <summary>A folder or zip with images to test on; null to look for it in <see cref="Photos"/>, or to hold some out.</summary>
    public string? Test { get; init; }

    /// <summary>Each NAME=PATH, or the name of a generated set.</summary>
    public required IReadOnlyList<string> Ood { get; init; }

    /// <summary>What to train on top of; null to choose by the number of images.</summary>
    public FeatureKind? Features { get; init; }

    /// <summary>The network to train from scratch; null for the default.</summary>
    public Backbone? Backbone { get; init; }

    /// <summary>Width and height of what a network trained from scratch looks at.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Passes over the training images; null for the default.</summary>
    public int? Epochs { get; init; }

    public required bool Flip { get; init; }

    /// <summary>At most this many images per class and part; null for all.</summary>
    public int? Limit { get; init; }

    public required int Seed { get; init; }

    /// <summary>Number of the GPU to train on; null for the CPU.</summary>
    public int? GpuDeviceId { get; init; }

    public required double FalseAlarmRate { get; init; }

    /// <summary>How many training images the model file holds, small, to be shown beside verdicts.</summary>
    public required int KeepImages { get; init; }

    public required string Output { get; init; }
}
