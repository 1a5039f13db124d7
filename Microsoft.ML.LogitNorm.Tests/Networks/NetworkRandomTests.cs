using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>The masks of dropout, drawn on the CPU and hashed elsewhere.</summary>
[TestFixture]
public sealed class NetworkRandomTests
{
    private const int Count = 1 << 20;

    // Of a million fair draws 99.99 % lie within four standard deviations.
    private const double Deviations = 4;

    private DisposeScope _scope = null!;

    [SetUp]
    public void OpenScope() => _scope = NewDisposeScope();

    [TearDown]
    public void CloseScope() => _scope.Dispose();

    [TestCase(0.7)]
    [TestCase(0.5)]
    [TestCase(0.05)]
    public void Mask_KeepsTheShareAndTheMean(double keep)
    {
        using var random = new NetworkRandom(1);
        var mask = random.Mask(ones(Count), keep);
        Assert.That(mask.unique().output.data<float>().ToArray(), Is.EqualTo(new[] { 0, (float)(1 / keep) }));
        Assert.That(mask.gt(0).to(float64).mean().ToDouble(), Is.EqualTo(keep).Within(Deviations * Math.Sqrt(keep * (1 - keep) / Count)));
    }

    [Test]
    public void Mask_OfChannelsLastFeatures_LiesInMemoryAsTheyDo()
    {
        using var random = new NetworkRandom(1);
        var features = ones(2, 5, 6, 4).permute(0, 3, 1, 2);
        Assert.That(random.Mask(features, 0.5).stride(), Is.EqualTo(features.stride()));
    }

    [Test]
    public void Mask_SameSeedOrState_IsTheSame()
    {
        using NetworkRandom first = new(7), again = new(7), other = new(8);
        var features = ones(1000);
        Assert.That(Kept(again.Mask(features, 0.5)), Is.EqualTo(Kept(first.Mask(features, 0.5))));
        Assert.That(Kept(other.Mask(features, 0.5)), Is.Not.EqualTo(Kept(first.Mask(features, 0.5))));
        other.Generator.set_state(first.Generator.get_state());
        Assert.That(Kept(other.Mask(features, 0.5)), Is.EqualTo(Kept(first.Mask(features, 0.5))));
    }

    [TestCase(0.7)]
    [TestCase(0.5)]
    [TestCase(0.05)]
    [TestCase(1)]
    public void Hashed_KeepsTheShare_WhateverTheNumbers(double keep)
    {
        (int Factor, int Offset)[] numbers = [(0, 0), (1, 0), (-1, -1), (12345, 678), (int.MinValue, int.MaxValue), (2, 1), (1 << 16, 1 << 16)];
        foreach (var (factor, offset) in numbers)
            Assert.That(Share(Hashed(keep, factor, offset)), Is.EqualTo(keep).Within(Deviations * Math.Sqrt(keep * (1 - keep) / Count)), $"{factor}, {offset}");
    }

    // As independent draws do: two masks agree in as many places, and so do neighbours, rows and channels of one mask.
    [Test]
    public void Hashed_MasksAndNeighbours_AreIndependent()
    {
        const double Keep = 0.7;
        var expected = (Keep * Keep) + ((1 - Keep) * (1 - Keep));
        var mask = Hashed(Keep, 12345, 678);
        foreach (var other in (Tensor[])[Hashed(Keep, 12345, 679), Hashed(Keep, 12347, 678), Hashed(Keep, -77, 678)])
            Assert.That(Share(mask.eq(other)), Is.EqualTo(expected).Within(0.002));
        foreach (var step in (int[])[1, 2, 3, 16, 32, 64, 256, 1024, 4096, 65536])
            Assert.That(Share(mask.narrow(0, step, Count - step).eq(mask.narrow(0, 0, Count - step))), Is.EqualTo(expected).Within(0.002), $"{step} apart");
    }

    [Test]
    public void Dropout_WithoutRandomness_IsRefusedInTrainingOnly()
    {
        using var network = new NetworkModule(Backbone.Dense([4], dropout: 0.5).Graph(NodeShape.Vector(3)), CPU, random: null);
        network.train();
        Assert.That(() => network.call(ones(2, 3)), Throws.InvalidOperationException.With.Message.Contains("dropout"));
        network.eval();
        Assert.That(network.call(ones(2, 3)).shape, Is.EqualTo(new long[] { 2, 4 }));
    }

    private static Tensor Hashed(double keep, int factor, int offset) => NetworkRandom.Hashed(Count, keep, factor, offset, CPU);

    private static double Share(Tensor mask) => mask.to(float64).mean().ToDouble();

    private static bool[] Kept(Tensor mask) => mask.gt(0).data<bool>().ToArray();
}
