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

    /// <summary>The image itself, to be changed and classified again; comes with <see cref="Network"/>.</summary>
    Images = 4 | Network,

    /// <summary>The class of each row, from a label column; for <see cref="OodScore.LearnsFrom"/> only.</summary>
    Labels = 8,
}
