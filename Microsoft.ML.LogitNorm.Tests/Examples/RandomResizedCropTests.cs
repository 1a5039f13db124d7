using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

public sealed class RandomResizedCropTests
{
    private const int Height = 6, Width = 8;

    [Test]
    public void Gather_WholeImage_GivesTheImage([Values(1, 3)] int channels, [Values] bool bytes)
    {
        using var scope = NewDisposeScope();
        var images = Images(4, channels, bytes);
        var found = Gather(Augmentation.RandomResizedCrop(1, 1, (double)Width / Height, (double)Width / Height, flip: false), images, Rows(4), seed: 1);
        AssertEqual(found, images);
    }

    [Test]
    public void Gather_WholeImageFlipped_GivesTheImageOrItsMirror([Values(1, 3)] int channels, [Values] bool bytes)
    {
        using var scope = NewDisposeScope();
        var images = Images(1, channels, bytes);
        var mirror = images.flip(2);
        var found = Gather(
            Augmentation.RandomResizedCrop(1, 1, (double)Width / Height, (double)Width / Height), images, [.. Enumerable.Repeat(0L, 400)], seed: 1);
        var mirrored = 0;
        for (var i = 0; i < 400; i++)
        {
            var own = found.narrow(0, i, 1);
            if (own.sub(images).abs().max().to(float32).item<float>() > 0.01)
            {
                AssertEqual(own, mirror);
                mirrored++;
            }
        }
        Assert.That(mirrored, Is.EqualTo(200).Within(40), "half of them, four standard deviations");
    }

    // An image that is linear in x and y stays so, bilinear and away from the border: the slope tells the size of the part, the value where it lies.
    [Test]
    public void Gather_LinearImage_ShowsTheWindow()
    {
        using var scope = NewDisposeScope();
        const int Side = 40;
        var x = arange(Side).to(float32).view(1, 1, Side, 1).expand(1, Side, Side, 1);
        var y = arange(Side).to(float32).view(1, Side, 1, 1).expand(1, Side, Side, 1);
        var crop = (RandomResizedCropAugmentation)Augmentation.RandomResizedCrop(0.2, 0.5, 0.5, 2);
        long[] rows = [.. Enumerable.Repeat(0L, 50)];
        var (byX, byY) = (Gather(crop, x, rows, seed: 3), Gather(crop, y, rows, seed: 3));
        using var generator = new Generator(3, CPU);
        var numbers = rand([50, CropWindow.Numbers], float64, generator: generator).data<double>().ToArray();
        foreach (var (i, own) in numbers.Chunk(CropWindow.Numbers).Index())
        {
            var window = CropWindow.Draw(new(own), crop, Side, Side);
            // The centre of pixel (p) of the result is at left + (p + ½)·w/S − ½ of the image.
            foreach (var place in (int[])[10, 20, 29])
            {
                var column = window.Mirrored ? Side - 1 - place : place;
                Assert.That(
                    byX[i, 20, place, 0].item<float>(), Is.EqualTo(window.Left + ((column + 0.5) * window.Width / Side) - 0.5).Within(1e-3), $"{window}");
                Assert.That(byY[i, place, 20, 0].item<float>(), Is.EqualTo(window.Top + ((place + 0.5) * window.Height / Side) - 0.5).Within(1e-3));
            }
        }
    }

    [Test]
    public void Draw_ManyWindows_HaveTheScalesRatiosAndPlacesAskedFor()
    {
        var random = new Random(1);
        var crop = (RandomResizedCropAugmentation)Augmentation.RandomResizedCrop(0.08, 1, flip: false);
        var windows = Enumerable.Range(0, 4000)
            .Select(_ => CropWindow.Draw(new([.. Enumerable.Range(0, CropWindow.Numbers).Select(_ => random.NextDouble())]), crop, 200, 300)).ToList();
        var areas = windows.Select(window => window.Width * window.Height / 60000.0).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(areas, Has.All.InRange(0.075, 1));
            Assert.That(areas.Min(), Is.LessThan(0.09));
            Assert.That(windows.Select(window => (double)window.Width / window.Height), Has.All.InRange(0.74, 1.35));
            Assert.That(windows, Has.All.Matches<CropWindow>(w => w.Left >= 0 && w.Top >= 0 && w.Left + w.Width <= 300 && w.Top + w.Height <= 200));
            Assert.That(windows.Where(w => w.Width < 300).Average(w => w.Left / (300.0 - w.Width)), Is.EqualTo(0.5).Within(0.02));
            Assert.That(windows, Has.None.Property("Mirrored").True);
        }
    }

    [Test]
    public void Draw_NoneThatFits_IsTheMiddle()
    {
        var crop = (RandomResizedCropAugmentation)Augmentation.RandomResizedCrop(1, 1, flip: false);
        var numbers = Enumerable.Repeat(0.99, CropWindow.Numbers).ToArray();   // the whole area of a wide strip, at a ratio that it does not have
        Assert.That(CropWindow.Draw(new(numbers), crop, 100, 500), Is.EqualTo(new CropWindow(183, 0, 133, 100, false)));
    }

    [Test]
    public void Gather_SameSeed_GivesTheSame()
    {
        using var scope = NewDisposeScope();
        var images = Images(6, 3, bytes: true);
        var first = Gather(Augmentation.RandomResizedCrop(), images, Rows(6), seed: 7);
        manual_seed(99);   // the global generator has no part in it
        AssertEqual(Gather(Augmentation.RandomResizedCrop(), images, Rows(6), seed: 7), first);
        Assert.That(
            Gather(Augmentation.RandomResizedCrop(), images, Rows(6), seed: 8).data<byte>().ToArray(), Is.Not.EqualTo(first.data<byte>().ToArray()));
    }

    [TestCase(0, 1, 1, 1, "minScale")]
    [TestCase(0.5, 0.4, 1, 1, "minScale")]
    [TestCase(double.NaN, 1, 1, 1, "minScale")]
    [TestCase(0.5, 1.1, 1, 1, "maxScale")]
    [TestCase(0.5, 1, 0, 1, "minRatio")]
    [TestCase(0.5, 1, 2, 1, "minRatio")]
    [TestCase(0.5, 1, 1, double.PositiveInfinity, "maxRatio")]
    public void RandomResizedCrop_ImpossibleRange_IsRefused(double minScale, double maxScale, double minRatio, double maxRatio, string name)
        => Assert.That(
            () => Augmentation.RandomResizedCrop(minScale, maxScale, minRatio, maxRatio),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(name));

    [Test]
    public void ToString_IsWhatAUserTypes()
        => Assert.That(
            (Augmentation.RandomResizedCrop().ToString(), Augmentation.RandomResizedCrop(0.5, 0.9, 1, 2, false).ToString()),
            Is.EqualTo(("RandomResizedCrop(0.35, 1)", "RandomResizedCrop(0.5, 0.9, minRatio: 1, maxRatio: 2, flip: false)")));

    internal static Tensor Images(int count, int channels, bool bytes)
    {
        using var generator = new Generator(5, CPU);
        var values = randint(0, 256, [count, Height, Width, channels], dtype: uint8, generator: generator);
        return bytes ? values : values.to(float32);
    }

    internal static long[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    internal static Tensor Gather(Augmentation augmentation, Tensor images, long[] rows, ulong seed)
    {
        using var generator = new Generator(seed, CPU);
        using var context = Contexts.Of(generator, [.. Enumerable.Repeat(127f, (int)images.shape[3])]);
        var found = augmentation.Gather(images, tensor(rows), context);
        Assert.That(found.shape, Is.EqualTo(new[] { rows.Length, images.shape[1], images.shape[2], images.shape[3] }));
        Assert.That(found.dtype, Is.EqualTo(images.dtype));
        Assert.That(found.is_contiguous(), Is.True);
        return found;
    }

    internal static void AssertEqual(Tensor found, Tensor expected)
        => Assert.That(found.to(float32).sub(expected.to(float32)).abs().max().item<float>(), Is.LessThan(found.dtype == uint8 ? 0.5 : 1e-3));
}
