using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Inputs;

[TestFixture]
public sealed class InputNormalizationTests
{
    [Test]
    public void Measure_Bytes_EqualsTheDefinition()
    {
        // More rows than are measured at once, and a size at which float sums would lose digits.
        var random = new Random(1);
        var values = new byte[1100, 3, 2, 2];
        for (var row = 0; row < 1100; row++)
            for (var i = 0; i < 6; i++)
                (values[row, i / 2, i % 2, 0], values[row, i / 2, i % 2, 1]) = ((byte)random.Next(256), (byte)(250 + random.Next(3)));
        using var scope = NewDisposeScope();

        var measured = Measured(tensor(values));

        for (var channel = 0; channel < 2; channel++)
        {
            var all = values.Cast<byte>().Where((_, i) => i % 2 == channel).Select(value => (double)value).ToArray();
            var mean = all.Average();
            Assert.That(measured.Mean[channel], Is.EqualTo(mean).Within(1e-5).Percent);
            Assert.That(measured.StandardDeviation[channel], Is.EqualTo(Math.Sqrt(all.Average(value => (value - mean) * (value - mean)))).Within(1e-5).Percent);
        }
    }

    [TestCase(0f)]
    [TestCase(255f)]
    [TestCase(200.1f, Description = "its square is not a number that doubles add up exactly")]
    [TestCase(-1234.567f)]
    public void Measure_ConstantChannel_HasDeviationOne(float value)
    {
        using var scope = NewDisposeScope();
        var measured = Measured(full([3000, 3, 3, 1], value));
        Assert.That(measured.StandardDeviation, Is.EqualTo(new[] { 1f }));
        Assert.That(measured.Mean[0], Is.EqualTo(value).Within(1e-4).Percent);
    }

    [Test]
    public void Measure_TinyUnits_KeepTheirDeviation()
    {
        using var scope = NewDisposeScope();
        var measured = Measured(tensor(new[] { 1e-8f, 3e-8f }).view(2, 1, 1, 1));
        Assert.That(measured.StandardDeviation[0], Is.EqualTo(1e-8f).Within(0.01).Percent);
    }

    [Test]
    public void Apply_SubtractsTheMeanAndDividesByTheDeviation()
    {
        using var scope = NewDisposeScope();
        var normalization = new InputNormalization([10, 20], [2, 4]);
        var rows = InputNormalization.Apply(tensor(new byte[] { 12, 28, 8, 20 }).view(1, 1, 2, 2), normalization.OnDevice(CPU));
        Assert.That(rows.shape, Is.EqualTo(new long[] { 1, 1, 2, 2 }));
        Assert.That(rows.data<float>().ToArray(), Is.EqualTo(new float[] { 1, 2, -1, 0 }));
    }

    [Test]
    public void Apply_FloatPixels_LeavesThemAsTheyWere()
    {
        using var scope = NewDisposeScope();
        var pixels = ones(1, 2, 2, 1);
        InputNormalization.Apply(pixels, new InputNormalization([5], [2]).OnDevice(CPU));
        Assert.That(pixels.data<float>().ToArray(), Is.All.EqualTo(1f));
    }

    [Test]
    public void Constructor_KeepsACopy()
    {
        float[] mean = [1];
        var normalization = new InputNormalization(mean, [2]);
        mean[0] = float.NaN;
        Assert.That(normalization.Mean, Is.EqualTo(new[] { 1f }));
    }

    [TestCase(new float[0], new float[0], "one mean and one standard deviation for each channel or feature; got 0 and 0")]
    [TestCase(new[] { 1f, 2f }, new[] { 1f }, "got 2 and 1")]
    [TestCase(new[] { float.NaN }, new[] { 1f }, "Every mean must be finite; got NaN")]
    [TestCase(new[] { 1f }, new[] { 0f }, "standard deviation must be finite and above 0; got 0")]
    [TestCase(new[] { 1f }, new[] { float.PositiveInfinity }, "standard deviation must be finite")]
    public void Constructor_ImpossibleValues_AreRefused(float[] mean, float[] deviation, string message)
        => Assert.That(() => new InputNormalization(mean, deviation), Throws.ArgumentException.With.Message.Contains(message));

    private static InputNormalization Measured(Tensor rows)
    {
        using var moments = new FeatureMoments(new ImageInput("Image", new((int)rows.shape[3], 2, 2), PixelKind.VectorOfSingle, Interleaved: true));
        moments.Add(rows);
        return moments.Finish().Moments;
    }
}
