using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

/// <summary>Each change against a plain one, pixel by pixel.</summary>
[TestFixture]
public sealed class LightChangesTests
{
    private const int Height = 6, Width = 8, Channels = 3, Values = Height * Width * Channels;

    [TestCase(0.1, 16)]
    [TestCase(2.4, 16)]
    [TestCase(2.6, 32)]
    public void Posterize_ClearsTheLowestBits(double level, int step)
        => Assert.That(Changed(new(LightChange.Kinds.Posterize, level, false), out var image), Is.EqualTo(image.Select(value => value / step * step)));

    [TestCase(0.1, 254)]
    [TestCase(3, 180)]
    public void Solarize_InvertsWhatIsLight(double level, int threshold)
        => Assert.That(
            Changed(new(LightChange.Kinds.Solarize, level, false), out var image),
            Is.EqualTo(image.Select(value => value >= threshold ? 255 - value : value)));

    [Test]
    public void AutoContrast_StretchesEachChannel()
        => Assert.That(Changed(new(LightChange.Kinds.AutoContrast, 1, false), out var image), Is.EqualTo(EachChannel(image, channel =>
        {
            var (low, high) = (channel.Min(), channel.Max());
            return value => high == low ? value : (int)Math.Round((value - low) * 255.0 / (high - low));
        })).Within(1), "a half is rounded up or down");

    // As imaging libraries do it, in whole numbers.
    [Test]
    public void Equalize_MakesTonesAsFrequent()
        => Assert.That(Changed(new(LightChange.Kinds.Equalize, 1, false), out var image), Is.EqualTo(EachChannel(image, channel =>
        {
            var step = (channel.Length - channel.Count(value => value == channel.Max())) / 255;
            return value => step == 0 ? value : Math.Min(255, (channel.Count(other => other < value) + (step / 2)) / step);
        })));

    [Test]
    public void Equalize_ManyPixels_MakesTonesAsFrequent()
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        int[] image = [.. Enumerable.Range(0, 64 * 64).Select(_ => (random.Next(100) * random.Next(100) / 100) + 30)];
        var step = (image.Length - image.Count(value => value == image.Max())) / 255;
        Assert.That(step, Is.GreaterThan(1), "otherwise this tests nothing");
        var pixels = tensor(image.Select(value => value / 255f).ToArray()).view(1, 64, 64, 1);
        var changed = LightChanges.Of(pixels, [(0, new(LightChange.Kinds.Equalize, 1, false))]);
        Assert.That(
            changed.flatten().data<float>().Select(value => (int)Math.Round(value * 255)),
            Is.EqualTo(image.Select(value => Math.Min(255, (image.Count(other => other < value) + (step / 2)) / step))));
    }

    [TestCase(true, true, 0, -1)]
    [TestCase(true, false, 0, 1)]
    [TestCase(false, true, -1, 0)]
    [TestCase(false, false, 1, 0)]
    public void Translate_MovesWholePixelsAndLeavesBlack(bool horizontal, bool reversed, int dy, int dx)
    {
        using var scope = NewDisposeScope();
        const int Side = 12;   // of which a third of the full ten levels, 3 of them, is a pixel
        var values = Enumerable.Range(1, Side * Side).Select(value => value / 255f).ToArray();
        var change = new LightChange(horizontal ? LightChange.Kinds.TranslateX : LightChange.Kinds.TranslateY, 2.9, reversed);
        var changed = LightChanges.Of(tensor(values).view(1, Side, Side, 1), [(0, change)]).flatten().data<float>().ToArray();
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++)
            {
                var inside = y + dy is >= 0 and < Side && x + dx is >= 0 and < Side;
                Assert.That(changed[(y * Side) + x], Is.EqualTo(inside ? values[((y + dy) * Side) + x + dx] : 0).Within(1e-5));
            }
    }

    // A point off the centre goes round it by the same angle and distance, whatever the image's shape; 9 degrees at the level 3.
    [TestCase(40, 40)]
    [TestCase(40, 90)]
    [TestCase(90, 40)]
    public void Rotate_TurnsAroundTheCentre(int height, int width)
    {
        var (x, y) = Centre(new(LightChange.Kinds.Rotate, 3, false), height, width, dx: 10, dy: 0);
        Assert.That(Math.Sqrt((x * x) + (y * y)), Is.EqualTo(10).Within(0.1));
        Assert.That(Math.Abs(Math.Atan2(y, x)) * 180 / Math.PI, Is.EqualTo(9).Within(0.5));
    }

    [TestCase(true, 0, 10, 0.9, 10)]
    [TestCase(true, 10, 0, 10, 0)]
    [TestCase(false, 10, 0, 10, 0.9)]
    [TestCase(false, 0, 10, 0, 10)]
    public void Shear_MovesByTheDistanceFromTheMiddle(bool horizontal, int dx, int dy, double expectedX, double expectedY)
    {
        var (x, y) = Centre(new(horizontal ? LightChange.Kinds.ShearX : LightChange.Kinds.ShearY, 3, Reversed: true), 40, 90, dx, dy);
        Assert.That((x, y), Is.EqualTo((expectedX, expectedY)).Using<(double X, double Y)>((a, b) => Math.Abs(a.X - b.X) + Math.Abs(a.Y - b.Y) < 0.1));
    }

    [Test]
    public void Of_ManyAtOnce_IsEachByItself()
    {
        using var scope = NewDisposeScope();
        var images = rand([5, Height, Width, Channels], generator: new Generator(1, CPU));
        var random = new Random(1);
        (int Image, LightChange)[] wanted = [.. Enumerable.Range(0, 60)
            .Select(i => (random.Next(5), new LightChange((LightChange.Kinds)(i % 9), 0.1 + (2.9 * random.NextDouble()), i % 2 == 0)))];
        var together = LightChanges.Of(images, wanted);
        Assert.That(together.shape, Is.EqualTo(new long[] { 60, Height, Width, Channels }));
        foreach (var (i, one) in wanted.Index())
            Assert.That(together[i].allclose(LightChanges.Of(images, [one])[0], 0, 1e-6), Is.True, $"{one}");
        Assert.That(together.min().item<float>(), Is.GreaterThanOrEqualTo(0));
        Assert.That(together.max().item<float>(), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Of_Nothing_IsNothing() => Assert.That(LightChanges.Of(zeros(2, 4, 5, 3), []).shape, Is.EqualTo(new long[] { 0, 4, 5, 3 }));

    /// <summary>Where the light of a small blob ends up, from the centre of the image.</summary>
    private static (double X, double Y) Centre(LightChange change, int height, int width, int dx, int dy)
    {
        using var scope = NewDisposeScope();
        var values = new float[height * width];
        for (var y = 0; y < 2; y++)
            for (var x = 0; x < 2; x++)
                values[(((height / 2) + dy - 1 + y) * width) + (width / 2) + dx - 1 + x] = 1;   // around the corner of four pixels
        var changed = LightChanges.Of(tensor(values).view(1, height, width, 1), [(0, change)]).flatten().data<float>().ToArray();
        var total = changed.Sum();
        return (
            changed.Select((value, i) => value * ((i % width) + 0.5 - (width / 2.0))).Sum() / total,
            changed.Select((value, i) => value * ((i / width) + 0.5 - (height / 2.0))).Sum() / total);
    }

    private static int[] Changed(LightChange change, out int[] image)
    {
        using var scope = NewDisposeScope();
        var random = new Random(2);
        // One channel is all the same.
        image = [.. Enumerable.Range(0, Values).Select(i => i % Channels == 2 ? 77 : 20 + random.Next(236))];
        var changed = LightChanges.Of(tensor(image.Select(value => value / 255f).ToArray()).view(1, Height, Width, Channels), [(0, change)]);
        return [.. changed.contiguous().flatten().data<float>().Select(value => (int)Math.Round(value * 255))];
    }

    private static IEnumerable<int> EachChannel(int[] image, Func<int[], Func<int, int>> map)
    {
        var maps = Enumerable.Range(0, Channels).Select(channel => map([.. image.Where((_, i) => i % Channels == channel)])).ToArray();
        return image.Select((value, i) => maps[i % Channels](value));
    }
}
