using Microsoft.ML.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>How the scoring copy is made and chosen: weights laid out for the processor, compared and timed on small images, with a word in the log.</summary>
[TestFixture]
[NonParallelizable]   // some set libtorch's number of threads
public sealed class ScoringCopyTests
{
    [TestCase(null, TestName = "Embed_ProcessorsBestInstructions_ReordersNoWeightOnceSettled")]
    [TestCase("AVX2", TestName = "Embed_Avx2_ReordersNoWeightOnceSettled")]
    [TestCase("SSE41", TestName = "Embed_Sse41_ReordersNoWeightOnceSettled")]
    public void Embed_ReordersNoWeightOnceSettled(string? instructionSet)
    {
        Assume.That(OneDnn.IsAvailable, Is.True, "a build without oneDNN");
        var settled = WeightLayouts.Run(instructionSet).Where(pass => pass.Name.Contains("settled", StringComparison.Ordinal)).ToArray();
        Assert.That(settled, Has.Length.EqualTo(32));
        Assert.That(settled.Select(pass => pass.Convolutions), Has.All.GreaterThan(5), "the log has been read");
        Assert.That(settled.SelectMany(pass => pass.Reorders.Select(line => $"{pass.Name}: {line}")), Is.Empty);
    }

    [Test]
    public void Create_HugeImages_ComparesOnSmallOnes()
        => Assert.That(PeakMemory.OfFolding(4000), Is.LessThan(300), "one pass of 4000×4000 takes gigabytes");

    [TestCase(4000, 4000, 32, 32)]
    [TestCase(4, 100, 4, 32)]
    [TestCase(8, 8, 8, 8)]
    public void Probe_IsTheShapeCutTo32(int height, int width, int expectedHeight, int expectedWidth)
    {
        using var probe = FoldedNetwork.Probe(new(1, height, width), CPU);
        Assert.That(probe.shape, Is.EqualTo(new long[] { 2, 1, expectedHeight, expectedWidth }));
    }

    [Test]
    public void Create_SmallestImagesOfEachArchitecture_AreCompared()
    {
        foreach (var backbone in new[] { Backbone.WideResNet(10, 1), Backbone.ResNet18(), Backbone.DenseNet(10, 12) })
        {
            var side = backbone.MinimumImageSize;
            using var scope = NewDisposeScope();
            using var network = Network(backbone);
            using var square = FoldedNetwork.Create(network, new(3, side, side), CPU);
            using var wide = FoldedNetwork.Create(network, new(3, side, 500), CPU);
            Assert.That((square, wide), Is.Not.EqualTo(((FoldedNetwork?)null, (FoldedNetwork?)null)), $"{backbone}");
            Assert.That(new[] { square, wide }, Has.None.Null, $"{backbone}");
        }
    }

    [Test]
    public void Embed_FirstPassesOnSeveralThreads_AreTheSameBits()
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var network = Network(Backbone.WideResNet(10, 2));
        var single = randn(1, 32, 32, 3).permute(0, 3, 1, 2);
        var full = randn(32, 32, 32, 3).permute(0, 3, 1, 2);
        using var reference = FoldedNetwork.Create(network, new(3, 32, 32), CPU)!;
        var (expectedSingle, expectedFull) = (Values(reference, single), Values(reference, full));
        for (var i = 0; i < 5; i++)
        {
            using var folded = FoldedNetwork.Create(network, new(3, 32, 32), CPU)!;
            var found = new float[8][];
            Thread[] threads = [.. Enumerable.Range(0, found.Length).Select(n => new Thread(() => found[n] = Values(folded, n % 2 == 0 ? single : full)))];
            foreach (var thread in threads)
                thread.Start();
            foreach (var thread in threads)
                thread.Join();
            for (var n = 0; n < found.Length; n++)
                Assert.That(found[n], Is.EqualTo(n % 2 == 0 ? expectedSingle : expectedFull), $"thread {n}");
        }

        static float[] Values(FoldedNetwork folded, Tensor images)
        {
            using var step = NewDisposeScope();
            using var scoring = inference_mode();
            return [.. folded.Embed(images).data<float>()];
        }
    }

    [Test]
    public void Embed_OtherNumbersOfThreadsAndRows_IsTheSameFunction()
    {
        var before = get_num_threads();
        try
        {
            using var scope = NewDisposeScope();
            using var noGradient = inference_mode();
            using var network = Network(Backbone.WideResNet(10, 2));
            using var folded = FoldedNetwork.Create(network, new(3, 32, 32), CPU)!;
            var images = randn(70, 32, 32, 3).permute(0, 3, 1, 2);   // two full passes and one of 6
            var expected = network.Embed(images);
            foreach (var threads in new[] { 2, 1, 3, 2 })
            {
                set_num_threads(threads);
                foreach (var rows in new[] { 1, 6, 32, 70 })
                {
                    var difference = (folded.Embed(images.narrow(0, 0, rows)) - expected.narrow(0, 0, rows)).abs().max().item<float>();
                    Assert.That(difference, Is.LessThan(4e-6f * expected.abs().max().item<float>()), $"{threads} threads, {rows} rows");
                }
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Test]
    public void Fold_CopyIsNotTheSame_WarnsAndTheNetworkScores()
    {
        using var scope = NewDisposeScope();
        var network = Network(Backbone.WideResNet(10, 1));
        network.modules().OfType<BatchNormLayer>().First().RunningMean.fill_(float.NaN);
        var (trained, messages) = Folded(network);
        using (trained)
        {
            Assert.That(messages.Where(message => message.Kind == ChannelMessageKind.Warning).Select(message => message.Text), Has.Exactly(1).StartsWith("The network itself scores, as its copy"));
            Assert.That(trained.Forward(rand(2, 16, 16, 3)).Logits.shape, Is.EqualTo(new long[] { 2, 4 }));
        }
    }

    [Test]
    public void Fold_SaysWhichScoresAndHowFastBothAre()
    {
        using var scope = NewDisposeScope();
        var (trained, messages) = Folded(Network(Backbone.WideResNet(10, 1)));
        using (trained)
            Assert.That(messages.Select(message => message.Text), Has.Exactly(1).Matches(@"^Scoring: [0-9.]+ ms a pass by the copy with folded batch norms, [0-9.]+ ms by the network itself\. (The copy|The network itself) scores\.$"));
    }

    [TestCase(1.0, 0.5, false)]
    [TestCase(1.0, 0.89, false)]
    [TestCase(1.0, 0.91, true, Description = "within noise the copy stays")]
    [TestCase(1.0, 2.0, true)]
    [TestCase(0.0, 0.0, true)]
    public void KeepsFolded_UnlessTheNetworkIsClearlyFaster(double folded, double original, bool expected)
        => Assert.That(new ScoringTrial(folded, original).KeepsFolded, Is.EqualTo(expected));

    [TestCase(true, null, true)]
    [TestCase(false, true, true)]
    [TestCase(false, false, false)]
    public void Confirmed_OnlyTwoMeasurementsTurnTheCopyDown(bool first, bool? second, bool expected)
    {
        var verdicts = new Queue<bool>(second is { } other ? [first, other] : [first]);
        var trial = ScoringTrial.Confirmed(() => new(1, verdicts.Dequeue() ? 2 : 0.5));
        Assert.That(trial.KeepsFolded, Is.EqualTo(expected));
        Assert.That(verdicts, Is.Empty);
    }

    [Test]
    public void Run_TakesTurnsAndEndsSoon()
    {
        var turns = new List<char>();
        ScoringTrial.Run(() => turns.Add('f'), () => turns.Add('o'));
        Assert.That(string.Concat(turns), Does.StartWith("fofo"));
        Assert.That(turns, Has.Count.AtMost(28));
    }

    private static (TrainedNetwork Trained, List<(ChannelMessageKind Kind, string Text)> Messages) Folded(ImageClassifier network)
    {
        var ml = new MLContext(seed: 1);
        var messages = new List<(ChannelMessageKind, string)>();
        ml.Log += (_, e) => messages.Add((e.Kind, e.RawMessage));
        var image = new ImageColumn("Image", new(3, 16, 16), PixelKind.VectorOfByte, Interleaved: false);
        var trained = new TrainedNetwork(network, CPU, image, new([128, 128, 128], [64, 64, 64]), typeof(LogitNormModel));
        using var log = new ContextLog(ml, "model");
        trained.Fold(log);
        return (trained, messages);
    }

    private static ImageClassifier Network(Backbone backbone)
    {
        var network = backbone.Draw(3, 4);
        network.Freeze();
        return network;
    }
}
