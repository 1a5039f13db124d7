namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>A made-up data set of 8×8 images in up to seven classes: which of the channels are brighter in the upper half.</summary>
internal static class MixedColours
{
    public static LogitNormTrainer.Options Options { get; } = TinyImages.Options with
    {
        Augmentation = Augmentation.None(), Loss = TrainingLoss.CrossEntropy(),
    };

    /// <summary>Rows of so many classes, the channels of class k being the bits of k + 1.</summary>
    public static IDataView View(MLContext ml, int count, int classes, int seed = 0)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i =>
        {
            var label = i % classes;
            var pixels = new byte[3 * TinyImages.Size * TinyImages.Size];
            for (var p = 0; p < pixels.Length; p++)
            {
                var (channel, isUpper) = (p / (TinyImages.Size * TinyImages.Size), p / TinyImages.Size % TinyImages.Size < TinyImages.Size / 2);
                pixels[p] = (byte)(random.Next(150) + ((((label + 1) >> channel) & 1) == 1 == isUpper ? 100 : 0));
            }
            return new TinyImages.Row { Id = i, Label = $"mixture {label}", Image = pixels, Numbers = [0, 0] };
        }).ToList());
    }
}
