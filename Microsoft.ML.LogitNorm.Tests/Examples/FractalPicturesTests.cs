using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

[TestFixture]
public sealed class FractalPicturesTests
{
    [Test]
    public void Make_SameSeed_GivesTheSameAndTheFirstOfMany()
    {
        var few = Make(5, 24, 32, seed: 3);
        Assert.That(Make(9, 24, 32, seed: 3)[..few.Length], Is.EqualTo(few));
        Assert.That(Make(5, 24, 32, seed: 4), Is.Not.EqualTo(few));
    }

    // Not a few of them: those that mostly are one colour mix nothing in.
    [TestCase(40, 40)]
    [TestCase(12, 60)]
    public void Make_Pictures_AreFullOfStructureAndColour(int height, int width)
    {
        const int Count = 200;
        using var scope = NewDisposeScope();
        var pictures = FractalPictures.Make(Count, height, width, seed: 1);
        Assert.That(pictures.shape, Is.EqualTo(new long[] { Count, height, width, 3 }));
        Assert.That(pictures.dtype, Is.EqualTo(uint8));
        var values = pictures.to(float32);
        float[] deviation = [.. values.std([1, 2, 3]).data<float>()];
        float[] colour = [.. values.amax([3]).sub(values.amin([3])).mean([1, 2]).data<float>()];   // 0 where all is grey
        using (Assert.EnterMultipleScope())
        {
            Assert.That(deviation.Count(value => value > 25), Is.GreaterThan(0.9 * Count));
            Assert.That(colour.Count(value => value > 20), Is.GreaterThan(0.9 * Count));
            Assert.That(pictures.view(Count, -1).unique(dim: 0).output.shape[0], Is.EqualTo(Count), "no two alike");
        }
    }

    private static byte[] Make(int count, int height, int width, int seed)
    {
        using var scope = NewDisposeScope();
        return [.. FractalPictures.Make(count, height, width, seed).data<byte>()];
    }
}
