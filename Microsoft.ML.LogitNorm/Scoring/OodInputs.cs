namespace Microsoft.ML.LogitNorm;

/// <summary>What an <see cref="OodScore"/> is computed from.</summary>
[Flags]
internal enum OodInputs
{
    /// <summary>The column <c>Logits</c>; every score has it.</summary>
    Logits = 0,

    /// <summary>The column <c>Embedding</c>.</summary>
    Embedding = 1,

    /// <summary>The network behind the logits: its head's weights, and forward passes of one's own.</summary>
    Network = 2,

    /// <summary>A network whose head is a linear layer, f = W z + b; comes with <see cref="Network"/>.</summary>
    LinearHead = 16 | Network,

    /// <summary>The row itself, an image or a feature vector, to be changed and classified again; comes with <see cref="Network"/>.</summary>
    Rows = 4 | Network,

    /// <summary>The class of each row, from a label column; for <see cref="OodScore.LearnsFrom"/> only.</summary>
    Labels = 8,
}
