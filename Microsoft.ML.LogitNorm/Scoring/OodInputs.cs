namespace Microsoft.ML.LogitNorm;

/// <summary>What an <see cref="OodScore"/> is computed from.</summary>
[Flags]
internal enum OodInputs
{
    /// <summary>The column of the logits.</summary>
    Logits = 1,

    /// <summary>The column of the embedding.</summary>
    Embedding = 2,

    /// <summary>The network behind the logits, by which it is found: its head's weights, and forward passes of one's own.</summary>
    Network = 4 | Logits,

    /// <summary>A network whose head is a linear layer, f = W z + b; comes with <see cref="Network"/>.</summary>
    LinearHead = 32 | Network,

    /// <summary>The row itself, an image or a feature vector, to be changed and classified again; comes with <see cref="Network"/>.</summary>
    Rows = 8 | Network,

    /// <summary>The column of the layer statistics.</summary>
    LayerStatistics = 64,

    /// <summary>The class of each row, from a label column; for <see cref="OodScore.LearnsFrom"/> only.</summary>
    Labels = 16,
}
