using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Tuning;

[TestFixture]
public sealed class GaussianNoiseTests
{
    // P(|z| > 1) / 2, z standard normal: half of the range is one standard deviation.
    private const double Tail = 0.158655;
    private static readonly ImageShape _shape = new(3, 16, 16);

    // 768,000 values: a share near 0.16 has a standard deviation of 0.0004, and the mean of one in units of the range of 0.0005.
    [TestCase(0, 1)]
    [TestCase(-1, 1)]
    [TestCase(0, 255)]
    [TestCase(-3, 5)]
    public void Draw_Floats_HasTheMeanAndTailsOfTheNormalDistribution(float low, float high)
    {
        using var scope = NewDisposeScope();
        var noise = Draw(GaussianNoise.Between((low, high), Input(_shape, PixelKind.VectorOfSingle)), 1000);
        Assert.Multiple(() =>
        {
            Assert.That(noise.dtype, Is.EqualTo(ScalarType.Float32));
            Assert.That(noise.shape, Is.EqualTo(new long[] { 1000, 16, 16, 3 }));
            Assert.That((noise.mean().item<float>() - low) / (high - low), Is.EqualTo(0.5).Within(0.003));
            Assert.That(Share(noise.eq(low)), Is.EqualTo(Tail).Within(0.003));
            Assert.That(Share(noise.eq(high)), Is.EqualTo(Tail).Within(0.003));
            Assert.That(Share(noise.ge(low) & noise.le(high)), Is.EqualTo(1));
            Assert.That(Share(noise.lt(low + ((high - low) / 4))), Is.EqualTo(0.308538).Within(0.003), "half a standard deviation below the middle");
        });
    }

    [Test]
    public void Draw_Bytes_AreRounded()
    {
        using var scope = NewDisposeScope();
        var noise = Draw(GaussianNoise.Between((0, 255), Input(_shape, PixelKind.VectorOfByte)), 1000);
        const double RoundedTail = 0.159606;   // P(z > 127 / 127.5): from 254.5 on it is 255
        Assert.Multiple(() =>
        {
            Assert.That(noise.dtype, Is.EqualTo(ScalarType.Byte));
            Assert.That(noise.to(float32).mean().item<float>(), Is.EqualTo(127.5).Within(0.7));
            Assert.That(Share(noise.eq(0)), Is.EqualTo(RoundedTail).Within(0.003));
            Assert.That(Share(noise.eq(255)), Is.EqualTo(RoundedTail).Within(0.003));
        });
    }

    [Test]
    public void Draw_SameSeed_GivesTheSameImages()
    {
        using var scope = NewDisposeScope();
        var noise = GaussianNoise.Between((0, 255), Input(_shape, PixelKind.VectorOfByte));
        Assert.That(Share(Draw(noise, 3, seed: 5).eq(Draw(noise, 3, seed: 5))), Is.EqualTo(1));
        Assert.That(Share(Draw(noise, 3, seed: 5).eq(Draw(noise, 3, seed: 6))), Is.LessThan(0.5));
    }

    [TestCase(0, 0, 1)]
    [TestCase(1, 0, 1)]
    [TestCase(-0.5f, -1, 1)]
    [TestCase(1.5f, 0, 255)]
    [TestCase(255, 0, 255)]
    [TestCase(-2, -2, 0.25f)]
    [TestCase(256, 0.25f, 256)]
    public void Like_Floats_TakesTheUnitThatHoldsTheImages(float pixel, float low, float high)
    {
        using var scope = NewDisposeScope();
        var images = full([2, 4, 5, 3], 0.25f);
        images[1, 2, 3, 0] = pixel;
        var input = Input(new(3, 4, 5), PixelKind.VectorOfSingle);
        Assert.That(GaussianNoise.Like(images, input), Is.EqualTo(GaussianNoise.Between((low, high), input)));
    }

    [Test]
    public void Like_Bytes_TakesTheirRangeWhateverTheyHold()
    {
        using var scope = NewDisposeScope();
        var input = Input(new(1, 4, 5), PixelKind.VectorOfByte);
        Assert.That(GaussianNoise.Like(ones(2, 4, 5, 1, ScalarType.Byte), input), Is.EqualTo(GaussianNoise.Between((0, 255), input)));
    }

    [Test]
    public void Draw_LikeFeatureVectors_HasEachFeaturesMeanAndTwiceItsDeviation()
    {
        using var scope = NewDisposeScope();
        var rows = tensor(new float[,] { { 1, -10 }, { 3, 10 } });   // means 2 and 0, deviations 1 and 10
        var noise = Draw(GaussianNoise.Like(rows, new VectorInput("Features", 2)), 100_000);
        Assert.That(noise.shape, Is.EqualTo(new long[] { 100_000, 2 }));
        Assert.That(noise.mean([0]).data<float>().ToArray(), Is.EqualTo(new[] { 2f, 0 }).Within(0.3));
        Assert.That(noise.std(0L).data<float>().ToArray(), Is.EqualTo(new[] { 2f, 20 }).Within(0.5));
    }

    private static ImageInput Input(ImageShape shape, PixelKind kind) => new("Image", shape, kind, Interleaved: true);

    private static Tensor Draw(GaussianNoise noise, int count, ulong seed = 1)
    {
        using var generator = new Generator(seed, CPU);
        return noise.Draw(count, generator);
    }

    private static double Share(Tensor isSo) => isSo.to(float64).mean().item<double>();
}
