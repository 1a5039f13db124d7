using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>The weight of one class.</summary>
/// <param name="Class">The label's value, as text.</param>
/// <param name="Weight">Finite and above 0.</param>
internal sealed record ClassWeight(string Class, double Weight)
{
    public string Class { get; } = Class ?? throw new ArgumentNullException("weights", "A class weight needs the name of its class.");

    public double Weight { get; } = (float)Weight > 0 && float.IsFinite((float)Weight)
        ? Weight
        : throw new ArgumentOutOfRangeException(
            "weights",
            Weight,
            Invariant($"The weight of class '{Class}' is {Weight}; expected a finite number above 0. To leave a class out, filter its rows."));

    public override string ToString() => Invariant($"('{Class}', {Weight})");
}
