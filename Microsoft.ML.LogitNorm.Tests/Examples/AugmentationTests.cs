using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

[TestFixture]
public sealed class AugmentationTests
{
    private const int Images = 6, Height = 3, Width = 4, Channels = 2;

    // [N, H, W, C]; no value twice and none of them 0, so that a value tells where it came from, and 0 is the padding.
    private static readonly short[] Values = [.. Enumerable.Range(1, Images * Height * Width * Channels).Select(i => (short)i)];

    [TestCase(false)]
    [TestCase(true)]
    public void Gather_NothingToChange_GivesTheRows(bool crop)
    {
        var rows = new long[] { 4, 0, 4, 5 };
        var found = Gather(crop ? Augmentation.CropAndFlip(0, flip: false) : Augmentation.None(), rows, seed: 1);
        Assert.That(found, Is.EqualTo(rows.Select(row => Expected((int)row, 0, 0, flip: false))));
    }

    [TestCase(1, true)]
    [TestCase(2, false)]
    [TestCase(0, true)]
    [TestCase(5, true, Description = "more padding than image: some crops are all black")]
    public void Gather_CropAndFlip_GivesEachOfTheCropsOfItsOwnRowAndNothingElse(int padding, bool flip)
    {
        long[] rows = [.. Enumerable.Range(0, 4000).Select(i => (long)(i % Images))];
        var possible = Enumerable.Range(0, Images).Select(row => (
            from y in Enumerable.Range(-padding, (2 * padding) + 1)
            from x in Enumerable.Range(-padding, (2 * padding) + 1)
            from flipped in flip ? (bool[])[false, true] : [false]
            select Key(Expected(row, y, x, flipped))).ToHashSet()).ToArray();

        var found = Gather(Augmentation.CropAndFlip(padding, flip), rows, seed: 1);

        for (var i = 0; i < rows.Length; i++)
            Assert.That(possible[rows[i]], Does.Contain(Key(found[i])), $"image {i} of row {rows[i]}");
        if (padding < 3)   // few enough to see all of them
            Assert.That(found.Select(Key).Distinct().Count(), Is.EqualTo(possible.Sum(of => of.Count)));
    }

    [Test]
    public void Gather_SameSeed_GivesTheSame()
    {
        long[] rows = [.. Enumerable.Range(0, 100).Select(i => (long)(i % Images))];
        var augmentation = Augmentation.CropAndFlip(1);
        var first = Gather(augmentation, rows, seed: 7);
        manual_seed(99);   // the global generator has no part in it
        Assert.That(Gather(augmentation, rows, seed: 7), Is.EqualTo(first));
        Assert.That(Gather(augmentation, rows, seed: 8), Is.Not.EqualTo(first));
    }

    [Test]
    public void Gather_EveryImageOfABatch_IsDrawnByItself()
    {
        var found = Gather(Augmentation.CropAndFlip(1), [.. Enumerable.Repeat(2L, 200)], seed: 3);
        Assert.That(found.Select(Key).Distinct().Count(), Is.EqualTo(18));   // 3 × 3 crops, two ways round
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Gather_LeavesTheSetAndNoOtherTensor(bool crop)
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(Values).view(Images, Height, Width, Channels);
        var rows = tensor(new long[] { 1, 2 });
        using var generator = new Generator(1, CPU);
        using var context = Contexts.Of(generator);
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
        {
            var batch = (crop ? Augmentation.CropAndFlip() : Augmentation.None()).Gather(pixels, rows, context);
            Assert.That(batch.dtype, Is.EqualTo(pixels.dtype));
        }
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
        Assert.That(pixels.data<short>().ToArray(), Is.EqualTo(Values));
    }

    [Test]
    public void CropAndFlip_NegativePadding_IsRefused()
        => Assert.That(() => Augmentation.CropAndFlip(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Pad by 0 or more pixels"));

    private static short[][] Gather(Augmentation augmentation, long[] rows, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        using var context = Contexts.Of(generator);
        var batch = augmentation.Gather(tensor(Values).view(Images, Height, Width, Channels), tensor(rows), context);
        Assert.That(batch.shape, Is.EqualTo(new long[] { rows.Length, Height, Width, Channels }));
        return [.. batch.contiguous().data<short>().ToArray().Chunk(Height * Width * Channels)];
    }

    private static short[] Expected(int row, int dy, int dx, bool flip)
    {
        var image = new short[Height * Width * Channels];
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
                for (var c = 0; c < Channels; c++)
                {
                    var (fromY, fromX) = (y + dy, (flip ? Width - 1 - x : x) + dx);
                    if (fromY is >= 0 and < Height && fromX is >= 0 and < Width)
                        image[(((y * Width) + x) * Channels) + c] = Values[(((((row * Height) + fromY) * Width) + fromX) * Channels) + c];
                }
        return image;
    }

    private static string Key(short[] image) => string.Join(',', image);
}
