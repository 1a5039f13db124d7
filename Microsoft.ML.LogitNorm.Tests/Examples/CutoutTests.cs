using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

[TestFixture]
public sealed class CutoutTests
{
    private const int Images = 3, Height = 5, Width = 7;
    private static readonly float[] _mean = [100.4f, 50.5f, 20.6f];

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(20, Description = "more square than image")]
    public void Gather_Cutout_CoversASquareOfTheMeanColourAroundAnyPixelAndNothingElse(int size)
    {
        var rows = Rows(3000);
        var possible = (
            from y in Enumerable.Range(0, Height)
            from x in Enumerable.Range(0, Width)
            select (Top: Math.Max(0, y - (size / 2)), Left: Math.Max(0, x - (size / 2)),
                Bottom: Math.Min(Height, y - (size / 2) + size), Right: Math.Min(Width, x - (size / 2) + size))).ToHashSet();

        var found = new HashSet<(int, int, int, int)>();
        foreach (var (i, image) in Gather<byte>(size, rows, seed: 1, uint8).Index())
        {
            var covered = Enumerable.Range(0, Height * Width).Where(place => image[3 * place] == 100).ToArray();   // no image has such a value
            var (top, bottom) = (covered.Min(place => place / Width), covered.Max(place => place / Width) + 1);
            var (left, right) = (covered.Min(place => place % Width), covered.Max(place => place % Width) + 1);
            found.Add((top, left, bottom, right));
            Assert.That(covered, Has.Length.EqualTo((bottom - top) * (right - left)), "one rectangle");
            for (var place = 0; place < Height * Width; place++)
            {
                byte[] expected = covered.Contains(place) ? [100, 50, 21] : [.. Enumerable.Range(3 * place, 3).Select(value => Pixel(rows[i], value))];
                Assert.That(image[(3 * place)..((3 * place) + 3)], Is.EqualTo(expected));
            }
        }
        Assert.That(found, Is.EquivalentTo(possible));
    }

    [Test]
    public void Gather_Floats_AreExactlyZeroOnceStandardised()
    {
        var image = Gather<float>(3, [0L], seed: 1, float32)[0];
        for (var channel = 0; channel < 3; channel++)
            Assert.That(image.Where((_, i) => i % 3 == channel), Has.Some.EqualTo(_mean[channel]));
    }

    [Test]
    public void Gather_SameSeed_GivesTheSame()
    {
        var first = Gather<byte>(2, Rows(100), seed: 7, uint8);
        manual_seed(99);   // the global generator has no part in it
        Assert.That(Gather<byte>(2, Rows(100), seed: 7, uint8), Is.EqualTo(first));
        Assert.That(Gather<byte>(2, Rows(100), seed: 8, uint8), Is.Not.EqualTo(first));
    }

    [Test]
    public void Gather_OneChannel_IsCoveredToo()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var context = Contexts.Of(generator, [0.5f], white: 1);
        var batch = Augmentation.Cutout(2).Gather(zeros(1, 6, 6, 1), tensor(new long[] { 0, 0, 0 }), context);
        Assert.That(batch.unique().output.data<float>().ToArray(), Is.EqualTo(new[] { 0, 0.5f }));
        Assert.That(batch.dtype, Is.EqualTo(float32));
    }

    [Test]
    public void Cutout_NoPixel_IsRefused()
        => Assert.That(() => Augmentation.Cutout(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1 pixel"));

    private static long[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => (long)(i % Images))];

    // From 110 on, so that none is the mean's.
    private static byte Pixel(long row, int value) => (byte)(110 + (((row * Height * Width * 3) + value) % 140));

    private static T[][] Gather<T>(int size, long[] rows, ulong seed, ScalarType type)
        where T : unmanaged
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        using var context = Contexts.Of(generator, _mean);
        byte[] values = [.. Enumerable.Range(0, Images).SelectMany(row => Enumerable.Range(0, Height * Width * 3).Select(value => Pixel(row, value)))];
        var batch = Augmentation.Cutout(size).Gather(tensor(values).view(Images, Height, Width, 3).to(type), tensor(rows), context);
        Assert.That(batch.shape, Is.EqualTo(new long[] { rows.Length, Height, Width, 3 }));
        return [.. batch.contiguous().data<T>().ToArray().Chunk(Height * Width * 3)];
    }
}
