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
            var side = backbone.Graph(NodeShape.Image(3)).MinimumImageSize;
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
            Assert.That(
                messages.Where(message => message.Kind == ChannelMessageKind.Warning).Select(message => message.Text),
                Has.Exactly(1).StartsWith("The network itself scores, as its copy"));
            Assert.That(trained.Forward(rand(2, 16, 16, 3)).Logits.shape, Is.EqualTo(new long[] { 2, 4 }));
        }
    }

    [Test]
    public void Fold_SaysWhichScoresAndHowFastBothAre()
    {
        const string Verdict = "[0-9.]+ ms by the copy with folded batch norms, [0-9.]+ ms by the network itself; (the copy|the network itself) scores";
        using var scope = NewDisposeScope();
        var (trained, messages) = Folded(Network(Backbone.WideResNet(10, 1)));
        using (trained)
            Assert.That(
                messages.Select(message => message.Text),
                Has.Exactly(1).Matches(@"^Scoring\. An image of 16×16: " + Verdict + @"\. Passes of 128: " + Verdict + @"\.$"));
    }

    [TestCase(1.0, 0.5, false)]
    [TestCase(1.0, 0.89, false)]
    [TestCase(1.0, 0.91, true, Description = "within noise the copy stays")]
    [TestCase(1.0, 2.0, true)]
    [TestCase(0.0, 0.0, true)]
    public void KeepsFolded_UnlessTheNetworkIsClearlyFaster(double folded, double original, bool expected)
        => Assert.That(new ScoringTrial(folded, original).KeepsFolded, Is.EqualTo(expected));

    [TestCase("+", true)]
    [TestCase("-+", true)]
    [TestCase("--+", true)]
    [TestCase("---", false)]
    public void Confirmed_OnlyThreeMeasurementsTurnTheCopyDown(string measured, bool expected)
    {
        var verdicts = new Queue<bool>(measured.Select(verdict => verdict == '+'));
        var trial = ScoringTrial.Confirmed(() => new(1, verdicts.Dequeue() ? 2 : 0.5));
        Assert.That(trial.KeepsFolded, Is.EqualTo(expected));
        Assert.That(verdicts, Is.Empty);
    }

    [Test]
    public void Run_TakesTurnsAndEndsSoon()
    {
        var turns = new List<char>();
        ScoringTrial.Run(() => turns.Add('f'), () => turns.Add('o'), rounds: 7);
        Assert.That(string.Concat(turns), Does.StartWith("fofo"));
        Assert.That(turns, Has.Count.AtMost(28));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public void Forward_EachKindOfPass_IsByWhatWasFasterAtIt(bool foldsSingle, bool foldsSeveral)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        var network = Network(Backbone.WideResNet(10, 2));
        using var copy = FoldedNetwork.Create(network, new(3, 16, 16), CPU)!;
        var (trained, _) = Folded(network, choose: _ => new(Trial(foldsSingle), Trial(foldsSeveral), 128, "16×16"));
        using (trained)
            foreach (var (rows, folds) in new[] { (1, foldsSingle), (2, foldsSeveral), (128, foldsSeveral) })
            {
                var pixels = rand(rows, 16, 16, 3).Times(255);
                var input = trained.Normalize(pixels);
                var (byCopy, byNetwork) = (copy.Embed(input), network.Embed(trained.Scoring.WithoutLoneImage(input)).narrow(0, 0, rows));
                Assert.That(Values(byCopy), Is.Not.EqualTo(Values(byNetwork)), "their last bits tell them apart");
                Assert.That(Values(trained.Forward(pixels).Embedding), Is.EqualTo(Values(folds ? byCopy : byNetwork)), $"{rows} rows");
            }

        static ScoringTrial Trial(bool folds) => new(1, folds ? 2 : 0.5);

        static float[] Values(Tensor tensor) => [.. tensor.contiguous().data<float>()];
    }

    [Test]
    public void Fold_WithoutOneDnn_SingleImagesAreTheNetworksAndNotTimed()
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        var network = Network(Backbone.WideResNet(10, 1));
        var (trained, messages) = Folded(network, oneDnn: false);
        using (trained)
        {
            Assert.That(
                messages.Select(message => message.Text),
                Has.Exactly(1).Matches(@"^Scoring\. An image of 16×16: not timed; the network itself scores\. Passes of 128: [0-9.]+ ms by the copy"));
            var pixels = rand(1, 16, 16, 3).Times(255);
            var expected = network.Embed(trained.Scoring.WithoutLoneImage(trained.Normalize(pixels))).narrow(0, 0, 1);
            Assert.That((trained.Forward(pixels).Embedding - expected).abs().max().item<float>(), Is.Zero);
        }
    }

    [Test]
    public void Embed_WithoutOneDnn_IsTheSameFunction()
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        using var network = Network(Backbone.DenseNet(10, 12));
        using var folded = FoldedNetwork.Create(network, new(3, 32, 32), CPU, oneDnn: false)!;
        Assert.That(folded.TakesSingleImages, Is.False);
        var images = randn(70, 32, 32, 3).permute(0, 3, 1, 2);
        var expected = network.Embed(images);
        Assert.That((folded.Embed(images) - expected).abs().max().item<float>(), Is.LessThan(4e-6f * expected.abs().max().item<float>()));
    }

    [Test]
    public void ScoringChoice_OfWhatWasNotTimed_FollowsTheOther()
    {
        ScoringTrial copy = new(1, 2), network = new(2, 1);
        Assert.That(Folds(new(copy, network, 32, "32×32")), Is.EqualTo((true, false)));
        Assert.That(Folds(new(network, copy, 32, "32×32")), Is.EqualTo((false, true)));
        Assert.That(Folds(new(network, null, 32, "32×32")), Is.EqualTo((false, false)), "full passes that take too long");
        Assert.That(Folds(new(copy, null, 1, "32×32")), Is.EqualTo((true, true)), "full passes of one image");
        Assert.That(Folds(new(null, network, 32, "32×32")), Is.EqualTo((false, false)), "without oneDNN");
        Assert.That(Folds(new(null, null, 32, "32×32")), Is.EqualTo((false, true)), "without oneDNN, full passes that take too long");

        static (bool, bool) Folds(ScoringChoice choice) => (choice.FoldsSingle, choice.FoldsSeveral);
    }

    [TestCase(8, 8, 512, 8)]
    [TestCase(64, 64, 8, 32)]
    [TestCase(224, 224, 1, 32)]
    public void Choose_FullPasses_AreThoseOfTheImagesThatScore(int height, int width, int rows, int timedSide)
    {
        using var scope = NewDisposeScope();
        var network = Network(Backbone.WideResNet(10, 1));
        var (trained, _) = Folded(network, new(3, height, width), choose: folded =>
        {
            Assert.That(folded.Rows, Is.EqualTo(rows));
            return new(null, null, folded.Rows, "");
        });
        using (trained)
        using (var folded = FoldedNetwork.Create(network, new(3, height, width), CPU)!)
        {
            var choice = trained.Scoring.Choose(folded);
            Assert.That((choice.Rows, choice.Size), Is.EqualTo(((long)rows, $"{timedSide}×{timedSide}")));
            Assert.That((choice.Single is null, choice.Several is null), Is.EqualTo((false, rows == 1)));
        }
    }

    // What oneDNN lays out for a full pass is in no comparison of embeddings: a single wrong weight must not score.
    [TestCase(1)]
    [TestCase(4)]
    public void Of_WeightThatIsLaidOutWrongly_IsNotUsed(int rows)
    {
        Assume.That(OneDnn.IsAvailable, Is.True, "a build without oneDNN");
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        var weight = randn(16, 8, 3, 3).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var images = randn(rows, 12, 12, 8).permute(0, 3, 1, 2);
        var layouts = 0;
        using var right = new FoldedConvolution(weight.clone().DetachFromDisposeScope(), null, 1, 1, relu: false, rowsPerPass: 4);
        using var wrong = new FoldedConvolution(weight.clone().DetachFromDisposeScope(), null, 1, 1, relu: false, rowsPerPass: 4, reorder: WrongOrder);
        var expected = nn.functional.conv2d(images, weight, null, strides: [1, 1], padding: [1, 1]);
        foreach (var convolution in new[] { right, wrong, wrong })
            Assert.That((convolution.Of(images) - expected).abs().max().item<float>(), Is.LessThan(1e-4f));
        Assert.That(layouts, Is.EqualTo(1), "it is not tried again");

        Tensor WrongOrder(Tensor plain, int stride, int padding, params ReadOnlySpan<long> inputSize)
        {
            layouts++;
            var other = plain.clone();
            other[3, 2, 1, 0] = tensor(7f);
            return OneDnn.Reorder(other, stride, padding, inputSize);
        }
    }

    private static (TrainedNetwork Trained, List<(ChannelMessageKind Kind, string Text)> Messages) Folded(
        ClassifierNetwork network, ImageShape? shape = null, bool? oneDnn = null, Func<FoldedNetwork, ScoringChoice>? choose = null)
    {
        var ml = new MLContext(seed: 1);
        var messages = new List<(ChannelMessageKind, string)>();
        ml.Log += (_, e) => messages.Add((e.Kind, e.RawMessage));
        var image = new ImageInput("Image", shape ?? new(3, 16, 16), PixelKind.VectorOfByte, Interleaved: false);
        var trained = new TrainedNetwork(network, CPU, image, new([128, 128, 128], [64, 64, 64]), typeof(LogitNormModel));
        using var log = new ContextLog(ml, "model");
        trained.Scoring.Fold(log, oneDnn ?? OneDnn.IsAvailable, choose ?? trained.Scoring.Choose);
        return (trained, messages);
    }

    private static ClassifierNetwork Network(Backbone backbone)
    {
        var network = backbone.Draw(3, 4);
        network.Freeze();
        return network;
    }
}
