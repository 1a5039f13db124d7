using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Mean and standard deviation of each channel of images, or of each feature of vectors, by which a network's input is standardised:
/// (x − mean) / standard deviation.
/// </summary>
/// <remarks>
/// In the units of the feature column: 0 to 255 for images and bytes, whatever they hold for vectors of float. Values known on a scale of
/// 0 to 1, such as CIFAR-10's 0.4914, are multiplied by 255 for images.
/// </remarks>
public sealed record InputNormalization
{
    /// <summary>
    /// That of networks trained on ImageNet, torchvision's among them, for colour images: means 0.485, 0.456, 0.406 and standard deviations 0.229, 0.224, 0.225
    /// of red, green and blue, on a scale of 0 to 1, here times 255.
    /// </summary>
    public static InputNormalization ImageNet { get; } = OfUnitScale([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>Normalises by the given values, one for each channel or feature.</summary>
    /// <exception cref="ArgumentException">The lists differ in length or are empty, a value is not finite, or a standard deviation is not above 0.</exception>
    public InputNormalization(IReadOnlyList<float> mean, IReadOnlyList<float> standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(standardDeviation);
        if (mean.Count == 0 || mean.Count != standardDeviation.Count)
            throw new ArgumentException(
                $"Give one mean and one standard deviation for each channel or feature; got {mean.Count} and {standardDeviation.Count}.",
                nameof(standardDeviation));
        if (!mean.All(float.IsFinite))
            throw new ArgumentException($"Every mean must be finite; got {Text(mean)}.", nameof(mean));
        if (!standardDeviation.All(value => float.IsFinite(value) && value > 0))
            throw new ArgumentException($"Every standard deviation must be finite and above 0; got {Text(standardDeviation)}.", nameof(standardDeviation));
        (Mean, StandardDeviation) = (ValueList.Of(mean), ValueList.Of(standardDeviation));
    }

    /// <summary>The mean of each channel or feature.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>The standard deviation of each channel or feature, above 0.</summary>
    public IReadOnlyList<float> StandardDeviation { get; }

    /// <summary>Means and standard deviations, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);

    /// <summary>Normalises pixels of 0 to 255 by values that are known on a scale of 0 to 1.</summary>
    /// <exception cref="ArgumentException">As the constructor.</exception>
    internal static InputNormalization OfUnitScale(IEnumerable<double> mean, IEnumerable<double> standardDeviation)
        => new([.. mean.Select(ToBytes)], [.. standardDeviation.Select(ToBytes)]);

    /// <summary>The same for pixels of 0 to 255 that were divided by 255.</summary>
    internal InputNormalization OnUnitScale() => new([.. Mean.Select(value => value / 255)], [.. StandardDeviation.Select(value => value / 255)]);

    /// <summary>From black to white: 255 for images and bytes; for vectors of float 1 if their mean and deviation are at most 1, else 255.</summary>
    internal double PixelRange(PixelKind kind)
        => kind == PixelKind.VectorOfSingle && Mean.All(mean => Math.Abs(mean) <= 1) && StandardDeviation.All(deviation => deviation <= 1) ? 1 : 255;

    /// <summary>Two tensors [C] on the device, ready for <see cref="Apply"/>; the caller owns them.</summary>
    internal (Tensor Mean, Tensor Scale) OnDevice(Device device)
        => (tensor(Mean.ToArray(), device: device), tensor(StandardDeviation.Select(value => 1 / value).ToArray(), device: device));

    /// <summary>Centres and scales rows [B, …, C] of any number type.</summary>
    internal static Tensor Apply(Tensor rows, (Tensor Mean, Tensor Scale) values) => rows.to(float32, copy: true).sub_(values.Mean).mul_(values.Scale);

    private static float ToBytes(double share) => (float)(share * 255);

    private static string Text(IEnumerable<float> values) => string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
