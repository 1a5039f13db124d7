using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>Masks that are filled by the processor's vectors, in parts, on several threads: always the same elements.</summary>
[TestFixture]
[NonParallelizable]   // it sets libtorch's number of threads
public sealed class DropoutMaskTests
{
    private static readonly (int Factor, int Offset)[] _numbers = [(0, 0), (1, 0), (-1, -1), (12345, 678), (int.MinValue, int.MaxValue)];

    [Test]
    public void Of_IsTheHashOfOtherDevices([Values(1, 7, 8, 9, 31, 1000, (1 << 18) + 5)] int count, [Values(0.7, 0.05, 1)] double keep)
    {
        using var scope = NewDisposeScope();
        foreach (var (factor, offset) in _numbers)
        {
            var expected = NetworkRandom.Hashed(count, keep, factor, offset, CPU).data<bool>().Select(kept => kept ? (float)(1 / keep) : 0).ToArray();
            Assert.That(DropoutMask.Of(ones(count), keep, factor, offset).data<float>().ToArray(), Is.EqualTo(expected), $"{factor}, {offset}");
        }
    }

    // Features lie channels last in training, contiguous in tests: the mask lies as they do, so that their product does too.
    [TestCase(true, TestName = "Of_ChannelsLast_IsTheMaskOfOtherDevices")]
    [TestCase(false, TestName = "Of_Contiguous_IsTheMaskOfOtherDevices")]
    public void Of_FeatureMaps_IsTheMaskOfOtherDevices(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        var features = channelsLast ? ones(2, 5, 6, 4).permute(0, 3, 1, 2) : ones(2, 4, 5, 6);
        foreach (var (factor, offset) in _numbers)
            foreach (var keep in new[] { 0.7, 0.35, 0.05, 1e-12, 1 })
            {
                var (found, expected) = (NetworkRandom.Of(features, keep, factor, offset), DropoutMask.Of(features, keep, factor, offset));
                Assert.That(found.stride(), Is.EqualTo(features.stride()));
                Assert.That((features * found).stride(), Is.EqualTo(features.stride()));
                Assert.That(Values(found), Is.EqualTo(Values(expected)), $"{keep}, {factor}, {offset}");
            }

        static float[] Values(Tensor mask) => [.. mask.contiguous().data<float>()];
    }

    [Test]
    public void Of_AnyNumberOfThreads_IsTheSame()
    {
        var before = get_num_threads();
        try
        {
            using var scope = NewDisposeScope();
            var features = ones((1 << 19) + 77);   // four parts and a bit
            var masks = new[] { 1, 2, 3, 8 }.Select(threads =>
            {
                set_num_threads(threads);
                return DropoutMask.Of(features, 0.7, 5, 9).data<float>().ToArray();
            }).ToArray();
            Assert.That(masks, Is.All.EqualTo(masks[0]));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    // Each element by its place in memory: the same numbers, whatever the vectors' width.
    [Test]
    public void Fill_FromAnyNumber_IsPartOfTheWhole()
    {
        var whole = new float[1000];
        DropoutMask.Fill(whole, 0, 0.5, 12345, 678);
        for (var start = 0; start < 40; start++)
        {
            var part = new float[123];
            DropoutMask.Fill(part, (uint)start, 0.5, 12345, 678);
            Assert.That(part, Is.EqualTo(whole[start..(start + 123)]));
        }
    }

    [Test]
    public void Of_ManyMasks_LeaveNoTensors()
    {
        using var features = ones(1 << 18);
        var before = Tensor.TotalCount;
        for (var i = 0; i < 3; i++)
            DropoutMask.Of(features, 0.5, i, i).Dispose();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }
}
