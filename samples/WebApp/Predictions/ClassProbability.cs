namespace WebApp.Predictions;

/// <summary>A class and its probability.</summary>
/// <param name="Name">The class.</param>
/// <param name="Probability">In [0, 1].</param>
internal sealed record ClassProbability(string Name, float Probability);
