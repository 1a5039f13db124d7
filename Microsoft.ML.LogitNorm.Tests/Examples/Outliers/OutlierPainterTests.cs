using Microsoft.ML.LogitNorm.Tests.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples.Outliers;

[TestFixture]
public sealed class OutlierPainterTests
{
    private const int Images = 6, Height = 9, Width = 12, Channels = 3, Count = 40;

    private static readonly SyntheticOutliers[] Kinds = [.. Enum.GetValues<SyntheticOutliers>().Where(kind => int.PopCount((int)kind) == 1)];

    [Test]
    public void Paint_AnyKinds_GivesImagesLikeThoseOfTheStep(
        [ValueSource(nameof(Kinds))] SyntheticOutliers kind, [Values(ScalarType.Byte, ScalarType.Float32)] ScalarType type)
    {
        using var scope = NewDisposeScope();
        foreach (var kinds in (SyntheticOutliers[])[kind, kind | SyntheticOutliers.Noise, SyntheticOutliers.All])
        {
            var images = Step(type);
            var painted = Paint(kinds, images);
            Assert.That(painted.shape, Is.EqualTo(new long[] { Count, Height, Width, Channels }));
            Assert.That(painted.dtype, Is.EqualTo(type));
            Assert.That(painted.min().to(float32).item<float>(), Is.AtLeast(images.min().to(float32).item<float>() - 1e-3));
            Assert.That(painted.max().to(float32).item<float>(), Is.AtMost(images.max().to(float32).item<float>() + 1e-3));
        }
    }

    [Test]
    public void Paint_AnyKind_GivesNoImageOfTheStepAndNoTwoTheSame([ValueSource(nameof(Kinds))] SyntheticOutliers kind)
    {
        using var scope = NewDisposeScope();
        var images = Step(ScalarType.Float32);
        var painted = RowHash.Of(Paint(kind, images).contiguous()).ToArray();
        Assert.That(painted.Intersect(RowHash.Of(images)), Is.Empty);
        Assert.That(painted.Distinct().Count(), Is.GreaterThan(kind is SyntheticOutliers.Mixtures or SyntheticOutliers.ShuffledPixels ? 3 : Count - 1));
    }

    [Test]
    public void Paint_Twice_IsTheSameFromTheSameGenerator()
    {
        using var scope = NewDisposeScope();
        var images = Step(ScalarType.Byte);
        var painted = Paint(SyntheticOutliers.All, images).bytes.ToArray();
        Assert.That(Paint(SyntheticOutliers.All, images).bytes.ToArray(), Is.EqualTo(painted));
    }

    // Tiles of 2×3, so that the last of nine lines is in none.
    [Test]
    public void Jigsaws_KeepEachTileAndWhatIsInNone()
    {
        using var scope = NewDisposeScope();
        var images = Step(ScalarType.Float32);
        var originals = Enumerable.Range(0, Images).Select(i => Tiles(images[i])).ToArray();
        foreach (var i in Enumerable.Range(0, Count))
        {
            var painted = Paint(SyntheticOutliers.Jigsaws, images)[i];
            var source = Enumerable.Range(0, Images).Single(row => images[row][Height - 1].equal(painted[Height - 1]).all().item<bool>());
            Assert.That(Tiles(painted), Is.EquivalentTo(originals[source]).And.Not.EqualTo(originals[source]));
        }

        static string[] Tiles(Tensor image) => [..
            from y in Enumerable.Range(0, 4)
            from x in Enumerable.Range(0, 4)
            select string.Join(' ', image.narrow(0, 2 * y, 2).narrow(1, 3 * x, 3).contiguous().data<float>().ToArray().Select(value => $"{value}"))];
    }

    [Test]
    public void Jigsaws_FitTheSmallestImagesOfAnyNetwork()
        => Assert.That(
            Tiny.All.Select(backbone => backbone.Graph(NodeShape.Image(3)).MinimumImageSize), Is.All.AtLeast(OutlierPainter.TilesAcross));

    [Test]
    public void Mixtures_AreMeansOfTwoClasses()
    {
        using var scope = NewDisposeScope();
        var images = full([Images, 4, 4, 1], 0f);
        foreach (var i in Enumerable.Range(0, Images))
            images[i] = full([4, 4, 1], (float)(1 << i));   // so that a sum of two tells which
        var means = (
            from a in Enumerable.Range(0, Images)
            from b in Enumerable.Range(0, Images)
            where a % 3 != b % 3
            select ((1 << a) + (1 << b)) / 2f).ToHashSet();
        Assert.That(Paint(SyntheticOutliers.Mixtures, images).data<float>().ToArray().Distinct(), Is.SubsetOf(means));
    }

    [Test]
    public void Mixtures_OfABatchOfOneClass_AreWithNoise()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var images = Step(ScalarType.Float32);
        var painted = new OutlierPainter(SyntheticOutliers.Mixtures).Paint(images, zeros(Images, int64), Count, generator);
        var sums = from a in Enumerable.Range(0, Images) from b in Enumerable.Range(0, Images) select (images[a] + images[b]) / 2;
        foreach (var sum in sums)
            Assert.That(painted.isclose(sum).flatten(1).all(1).any().item<bool>(), Is.False);
    }

    [Test]
    public void ShuffledPixels_KeepColoursOfEachPixel()
    {
        using var scope = NewDisposeScope();
        var images = Step(ScalarType.Float32);
        var sorted = Enumerable.Range(0, Images).Select(i => Pixels(images[i])).ToArray();
        foreach (var i in Enumerable.Range(0, 10))
            Assert.That(sorted, Has.Member(Pixels(Paint(SyntheticOutliers.ShuffledPixels, images)[i])));

        static string Pixels(Tensor image) => string.Join(
            ';', image.contiguous().data<float>().ToArray().Chunk(Channels).Select(pixel => string.Join(' ', pixel)).Order(StringComparer.Ordinal));
    }

    [Test]
    public void Blobs_AreSmoothAndNoiseIsNot()
    {
        using var scope = NewDisposeScope();
        var images = Step(ScalarType.Float32);
        var (blobs, noise) = (Steps(SyntheticOutliers.Blobs), Steps(SyntheticOutliers.Noise));
        Assert.That(blobs, Is.LessThan(noise / 2));

        double Steps(SyntheticOutliers kind)
        {
            var painted = Paint(kind, images);
            return (painted.narrow(2, 1, Width - 1) - painted.narrow(2, 0, Width - 1)).abs().mean().item<float>();
        }
    }

    [Test]
    public void Paint_FewerThanKinds_DrawsEachKindInTurnOfChance()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var images = full([Images, 4, 4, 1], 0f);
        images[0] = ones(4, 4, 1);
        // A shuffled image of one colour is that colour, noise is not.
        var painter = new OutlierPainter(SyntheticOutliers.ShuffledPixels | SyntheticOutliers.Noise);
        var plain = Enumerable.Range(0, 40).Count(_ => painter.Paint(images, Labels(), 1, generator).std().item<float>() == 0);
        Assert.That(plain, Is.InRange(8, 32));
    }

    private static Tensor Paint(SyntheticOutliers kinds, Tensor images)
    {
        using var generator = new Generator(7);
        return new OutlierPainter(kinds).Paint(images, Labels(), Count, generator);
    }

    private static Tensor Labels() => arange(Images) % 3;

    private static Tensor Step(ScalarType type)
    {
        using var generator = new Generator(3);
        return (rand([Images, Height, Width, Channels], float32, generator: generator) * 200 + 20).to(type);
    }
}
