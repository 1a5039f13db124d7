using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Examples;

[TestFixture]
public sealed class PixMixTests
{
    private static readonly Augmentation _pixMix = Augmentation.PixMix(pictures: 20);

    // The formulas of the paper, image by image and value by value, with the numbers that the batch was made of.
    [TestCase(3, 16, 12)]
    [TestCase(1, 12, 16)]
    public void Gather_IsThePapersAlgorithmForEachImage(int channels, int height, int width)
    {
        const int Batch = 60, K = 4;
        using var scope = NewDisposeScope();
        var pixels = Noise(Batch, height, width, channels);
        var all = TensorArithmetic.Range(Batch, int64);
        using Generator generator = new(3, CPU), same = new(3, CPU);
        using var context = Contexts.Of(generator, [.. Enumerable.Repeat(0.5f, channels)], white: 1);
        var found = _pixMix.Gather(pixels, all, context);
        var pictures = MixingPictures.For(pixels, 20, context);
        var plans = PixMixPlan.Draw(Batch, K, 3, 20, same);
        foreach (var (i, plan) in plans.Index())
        {
            var image = pixels.narrow(0, i, 1);
            var mixed = Numbers(plan.First is { } first ? LightChanges.Of(image, [(0, first)]) : image);
            foreach (var round in plan.Rounds)
            {
                var other = Numbers(round.Change is { } change ? LightChanges.Of(image, [(0, change)]) : pictures.Crops([round]));
                for (var v = 0; v < mixed.Length; v++)
                    mixed[v] = Math.Clamp(
                        round.Multiplies
                            ? Math.Pow(2 * mixed[v], round.A) * Math.Pow(Math.Max(2 * other[v], 1e-37), round.B) / 2
                            : ((round.A * ((2 * mixed[v]) - 1)) + (round.B * ((2 * other[v]) - 1)) + 1) / 2,
                        0, 1);
            }
            Assert.That(Numbers(found.narrow(0, i, 1)), Is.EqualTo(mixed).Within(1e-4), $"image {i}");
        }
    }

    [Test]
    public void Draw_IsThePapersDistributions()
    {
        using var generator = new Generator(1, CPU);
        var plans = PixMixPlan.Draw(20_000, 4, 3, 300, generator);
        PixMixRound[] rounds = [.. plans.SelectMany(plan => plan.Rounds)];
        PixMixRound[] adding = [.. rounds.Where(round => round.B > 0)];
        PixMixRound[] taking = [.. rounds.Where(round => round.B <= 0)];
        using (Assert.EnterMultipleScope())
        {
            for (var count = 0; count <= 4; count++)
                Assert.That(Share(plans, plan => plan.Rounds.Count == count), Is.EqualTo(0.2).Within(0.015), $"{count} rounds");
            Assert.That(Share(plans, plan => plan.First is not null), Is.EqualTo(0.5).Within(0.02));
            Assert.That(Share(rounds, round => round.Change is not null), Is.EqualTo(0.5).Within(0.02));
            Assert.That(Share(rounds, round => round.Multiplies), Is.EqualTo(0.5).Within(0.02));
            Assert.That(Share(rounds, round => round.Mirrored), Is.EqualTo(0.5).Within(0.02));
            Assert.That(Share(rounds, round => round.B > 0), Is.EqualTo(0.5).Within(0.02));
            // Beta(3, 1) has the mean 3/4 and Beta(1, 3) 1/4.
            Assert.That(adding.Average(round => round.A), Is.EqualTo(0.75).Within(0.01));
            Assert.That(adding.Average(round => round.B), Is.EqualTo(0.25).Within(0.01));
            Assert.That(taking.Average(round => round.A), Is.EqualTo(1.25).Within(0.01));
            Assert.That(taking.Average(round => round.B), Is.EqualTo(-0.25).Within(0.01));
            Assert.That(rounds.Select(round => round.Picture).Distinct().Count(), Is.EqualTo(300));
            var changes = rounds.Select(round => round.Change).OfType<LightChange>().ToArray();
            Assert.That(changes.CountBy(change => change.Kind).Select(kind => (double)kind.Value / changes.Length), Is.All.EqualTo(1 / 9.0).Within(0.01));
            Assert.That(changes.Select(change => change.Level), Is.All.InRange(0.1, 3));
        }
    }

    [TestCase(255)]
    [TestCase(1)]
    public void Gather_BytesAndFloats_StayInTheirRangeAndType(int white)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var context = Contexts.Of(generator, [0.5f, 0.5f, 0.5f], white);
        var pixels = Noise(50, 16, 16, 3);
        pixels = white == 1 ? pixels : pixels.mul(tensor(255f)).to(uint8);
        var mixed = _pixMix.Gather(pixels, TensorArithmetic.Range(50, int64), context);
        Assert.That(mixed.dtype, Is.EqualTo(pixels.dtype));
        Assert.That(mixed.shape, Is.EqualTo(pixels.shape));
        var (least, most) = (mixed.to(float32).min().item<float>(), mixed.to(float32).max().item<float>());
        Assert.That((least, most), Is.EqualTo((0f, (float)white)), "both ends are met by cutting off");
        Assert.That(mixed.to(float32).mean().item<float>() / white, Is.InRange(0.2, 0.8));
    }

    // Neither do other images change what becomes of one, nor the batch's size.
    [Test]
    public void Gather_SameSeed_GivesTheSameImageWhateverTheOthersAre()
    {
        using var scope = NewDisposeScope();
        var pixels = Noise(40, 16, 16, 3);
        var all = Gathered(pixels, 1);
        manual_seed(99);   // the global generator has no part in it
        Assert.That(Numbers(Gathered(pixels, 1)), Is.EqualTo(Numbers(all)));
        Assert.That(Numbers(Gathered(pixels, 2)), Is.Not.EqualTo(Numbers(all)));
        var others = pixels.clone();
        others.narrow(0, 1, 39).zero_();
        Assert.That(Numbers(Gathered(others, 1)[0]), Is.EqualTo(Numbers(all[0])).Within(1e-6));

        static Tensor Gathered(Tensor pixels, ulong seed)
        {
            using var generator = new Generator(seed, CPU);
            using var context = Contexts.Of(generator, [0.5f, 0.5f, 0.5f], white: 1);
            return _pixMix.Gather(pixels, TensorArithmetic.Range(pixels.shape[0], int64), context);
        }
    }

    [Test]
    public void Gather_EveryImageOfABatch_IsDrawnByItself()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var context = Contexts.Of(generator, [0.5f, 0.5f, 0.5f], white: 1);
        var mixed = _pixMix.Gather(Noise(1, 16, 16, 3), zeros(200, int64), context);
        // One in ten is as it was; of the others no two are alike but by a change without a level, such as two stretched ones.
        Assert.That(mixed.view(200, -1).unique(dim: 0).output.shape[0], Is.GreaterThan(140));
    }

    [Test]
    public void Gather_LeavesTheSetAndNoOtherTensorButThePictures()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var pixels = Noise(8, 16, 16, 3);
        var (before, rows) = (Numbers(pixels), TensorArithmetic.Range(8, int64));
        var count = Tensor.TotalCount;
        using (var context = Contexts.Of(generator, [0.5f, 0.5f, 0.5f], white: 1))
            for (var i = 0; i < 3; i++)
            {
                using (NewDisposeScope())
                    _pixMix.Gather(pixels, rows, context);
                Assert.That(Tensor.TotalCount, Is.EqualTo(count + 1), "the pictures, made once");
            }
        Assert.That(Tensor.TotalCount, Is.EqualTo(count));
        Assert.That(Numbers(pixels), Is.EqualTo(before));
    }

    // Beyond 128 pixels the pictures do not grow.
    [Test]
    public void Crops_ForLargeImages_AreEnlarged()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var context = Contexts.Of(generator);
        var before = Tensor.TotalCount;
        var pictures = MixingPictures.For(zeros([1, 300, 100, 3], uint8), 2, context);
        var round = new PixMixRound(null, 1, 0.5, 0.5, Mirrored: false, Multiplies: false, 1, 1);
        var crops = pictures.Crops([round, round with { Mirrored = true }]);
        Assert.That(crops.shape, Is.EqualTo(new long[] { 2, 300, 100, 3 }));
        Assert.That(crops[1].allclose(crops[0].flip(1), 0, 1e-6), Is.True);
        Assert.That(Tensor.TotalCount - before, Is.LessThan(10));
        Assert.That(crops.std().item<float>(), Is.GreaterThan(0.05));
    }

    [Test]
    public void Crops_OfAnyOffset_AreInsideThePicture()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var context = Contexts.Of(generator);
        var pictures = MixingPictures.For(zeros([1, 16, 16, 3], uint8), 3, context);
        var last = new PixMixRound(null, 2, 0.999999, 0.999999, Mirrored: true, Multiplies: false, 1, 1);
        Assert.That(() => pictures.Crops([last, last with { Top = 0, Left = 0 }]), Throws.Nothing);
    }

    [TestCase(0, 3.0, 300, "1 or more rounds")]
    [TestCase(4, 0.0, 300, "above 0")]
    [TestCase(4, double.NaN, 300, "above 0")]
    [TestCase(4, 3.0, 0, "1 to 2000 pictures")]
    [TestCase(4, 3.0, 2001, "1 to 2000 pictures")]
    public void PixMix_Impossible_IsRefused(int k, double beta, int pictures, string message)
        => Assert.That(() => Augmentation.PixMix(k, beta, pictures), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(message));

    private static double Share<T>(IReadOnlyCollection<T> all, Func<T, bool> which) => (double)all.Count(which) / all.Count;

    private static Tensor Noise(int count, int height, int width, int channels)
    {
        using var generator = new Generator(11, CPU);
        return rand([count, height, width, channels], generator: generator);
    }

    private static double[] Numbers(Tensor values) => [.. values.contiguous().flatten().data<float>().Select(value => (double)value)];
}
