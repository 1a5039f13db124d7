namespace Microsoft.ML.LogitNorm;

/// <summary>A named part of a network, which ends with a node: what comes before it and after the previous stage is the stage's.</summary>
/// <param name="Name">Its name, such as <c>block1</c>.</param>
/// <param name="Node">The node whose output is the stage's.</param>
internal sealed record NetworkStage(string Name, int Node);
