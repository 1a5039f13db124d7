using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Training goes on from an earlier model, with other classes.</summary>
[TestFixture]
public sealed class ModelWeightsTests
{
    private const int Features = 64;
    private static readonly string[] _classes = ["blue", "violet", "red"];   // of red, green and blue

    private static readonly Head[] _heads = [Head.Linear(), Head.Cosine(), Head.DecomposedConfidence(), Head.T2FNorm()];

    private readonly MLContext _ml = new();

    [TestCaseSource(nameof(_heads))]
    public void CopyTo_MoreAndOtherClasses_KeepsTheRowsOfThoseThatBothKnow(Head head)
    {
        using var model = Model(head);
        using var network = Draw(head, 3);
        using var drawn = Draw(head, 3);
        PretrainedWeights.FromModel(model).CopyTo(network, Spec(model, head));

        using var scope = NewDisposeScope();
        var (now, before, first) = (network.state_dict(), model.Network.Classifier.state_dict(), drawn.state_dict());
        Assert.That(now.Keys.Where(name => !name.StartsWith("head.", StringComparison.Ordinal)), Is.Not.Empty);
        foreach (var (name, tensor) in now)
            if (name is not ("head.weight" or "head.bias"))
                Assert.That(Bytes(tensor), Is.EqualTo(Bytes(before[name])), name);
        string[] perClass = now.ContainsKey("head.bias") ? ["head.weight", "head.bias"] : ["head.weight"];
        foreach (var name in perClass)
        {
            Assert.That(Bytes(now[name][0]), Is.EqualTo(Bytes(before[name][2])), "blue");
            Assert.That(Bytes(now[name][1]), Is.EqualTo(Bytes(first[name][1])), "violet");
            Assert.That(Bytes(now[name][2]), Is.EqualTo(Bytes(before[name][0])), "red");
        }
        Assert.That(network.HeadWeight.shape, Is.EqualTo(new long[] { 3, Features }));
    }

    [Test]
    public void CopyTo_AnotherHead_TakesTheBackboneOnly()
    {
        using var model = Model(Head.Cosine());
        using var network = Draw(Head.Linear(), 3);
        using var drawn = Draw(Head.Linear(), 3);
        var said = PretrainedWeights.FromModel(model).CopyTo(network, Spec(model, Head.Linear()));
        var (now, before, first) = (TinyWeights.Of(network), TinyWeights.Of(model), TinyWeights.Of(drawn));
        foreach (var (name, bytes) in now)
            Assert.That(bytes, Is.EqualTo(name.StartsWith("head.", StringComparison.Ordinal) ? first[name] : before[name]), name);
        Assert.That(said, Does.EndWith("the head is drawn anew: the model's is Head.Cosine(), and Head is Head.Linear()."));
    }

    [Test]
    public void CopyTo_ManyTimes_KeepsNoTensors()
    {
        using var model = Model(Head.Cosine());
        using var network = Draw(Head.Cosine(), 3);
        var weights = PretrainedWeights.FromModel(model);
        Copy();
        var before = Tensor.TotalCount;
        Copy();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));

        void Copy()
        {
            Assert.That(weights.CopyTo(network, Spec(model, Head.Cosine())), Does.Contain("and 3 classes."));
            Assert.That(weights.Id, Does.StartWith("the model of SHA-256 "));
        }
    }

    [TestCase(true, true, TestName = "CopyTo_KeysWithoutValues_AreTheSameByNumber")]
    [TestCase(true, false, TestName = "CopyTo_KeysWithoutValuesBefore_AreNone")]
    [TestCase(false, true, TestName = "CopyTo_KeysWithoutValuesNow_AreNone")]
    public void CopyTo_KeysWithoutValues(bool withoutBefore, bool withoutNow)
    {
        using var named = Model(Head.Linear());
        using var lent = new LentModel(named.Network, network => new(_ml, named.Spec with { Classes = withoutBefore ? null : named.Spec.Classes }, network));
        using var network = Draw(Head.Linear(), 4);
        using var drawn = Draw(Head.Linear(), 4);
        var spec = Spec(named, Head.Linear()) with { ClassCount = 4, Classes = withoutNow ? null : ClassValues.Of("red", "green", "blue", "new") };
        PretrainedWeights.FromModel(lent.Model).CopyTo(network, spec);
        var kept = withoutBefore && withoutNow ? named.Network.Classifier : drawn;
        Assert.That(Bytes(network.HeadWeight[2]), Is.EqualTo(Bytes(kept.HeadWeight[2])));
        Assert.That(Bytes(network.HeadWeight[3]), Is.EqualTo(Bytes(drawn.HeadWeight[3])));
    }

    [Test]
    public void Fit_MoreClasses_SaysWhatWasTaken()
    {
        using var model = Model(Head.Linear());
        var (ml, messages) = (new MLContext(), new List<string>());
        ml.Log += (_, e) => messages.Add(e.Message);
        var rows = TinyImages.Rows(48);
        foreach (var row in rows.Where(row => row.Label == "green"))
            row.Label = row.Id % 2 == 0 ? "teal" : "violet";
        var options = TinyImages.Options with { InitialWeights = PretrainedWeights.FromModel(model), Epochs = 1 };
        using var fitted = TinyImages.Pipeline(ml, options).Fit(ml.Data.LoadFromEnumerable(rows));
        Assert.That(messages, Has.One.Contain(
            "Initial weights are those of a model of WideResNet(10, 1, 0) and 3 classes. Class weights are kept of 2 (red, blue), "
            + "drawn anew for 2 (violet, teal); of the model's classes 1 (green) are left out."));
        Assert.That(fitted.LastTransformer.Normalization, Is.EqualTo(model.Normalization));
    }

    [Test]
    public void Fit_SavedModel_IsTheSameAsTheModel()
    {
        using var folder = new TemporaryFolder();
        using var app = UntrainedModel.App(_ml);
        _ml.Model.Save(app, TinyImages.View(_ml, 3).Schema, folder["model.zip"]);
        var loaded = new MLContext().Model.Load(folder["model.zip"], out _);
        using var owner = (IDisposable)loaded;
        var (fromModel, fromFile) = (PretrainedWeights.FromModel(app), PretrainedWeights.FromModel(loaded));
        Assert.That(fromFile.Id, Is.EqualTo(fromModel.Id));
        Assert.That(
            TinyTraining.Weights(TinyImages.Options with { InitialWeights = fromFile, Epochs = 1 }),
            Is.EqualTo(TinyTraining.Weights(TinyImages.Options with { InitialWeights = fromModel, Epochs = 1 })));
    }

    [Test]
    public void FromModel_NoneOrTwo_SaysSo()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        Assert.That(
            () => PretrainedWeights.FromModel(map), Throws.ArgumentException.With.Message.Contains("There is no LogitNormModel in this ValueToKeyMapping"));
        using var model = Model(Head.Linear());
        var two = new TransformerChain<ITransformer>(model, new TransformerChain<ITransformer>(map, model));
        Assert.That(() => PretrainedWeights.FromModel(two), Throws.ArgumentException.With.Message.Contains("There are 2 LogitNormModels"));
        Assert.That(() => PretrainedWeights.FromModel(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void Fit_AnotherBackbone_NamesBoth()
    {
        using var model = Model(Head.Linear());
        var options = TinyImages.Options with { InitialWeights = PretrainedWeights.FromModel(model), Backbone = Backbone.WideResNet(16, 1, 0) };
        Assert.That(
            () => TinyTraining.Weights(options),
            Throws.InvalidOperationException.With.Message.Contains("a model of WideResNet(10, 1, 0), but Backbone is WideResNet(16, 1, 0)")
                .And.Message.Contains("Set Backbone to the model's"));
    }

    [Test]
    public void Fit_AnotherNumberOfChannels_SaysSo()
    {
        using var model = UntrainedModel.Create(_ml, shape: new(1, 8, 8), normalization: new([128], [64]));
        Assert.That(
            () => TinyTraining.Weights(TinyImages.Options with { InitialWeights = PretrainedWeights.FromModel(model) }),
            Throws.InvalidOperationException.With.Message.Contains("a model of images of 1×8×8, but column 'Image' holds images of 3×8×8"));
    }

    [Test]
    public void Fit_DisposedModel_SaysSo()
    {
        var model = Model(Head.Linear());
        var weights = PretrainedWeights.FromModel(model);
        model.Dispose();
        Assert.That(() => TinyTraining.Weights(TinyImages.Options with { InitialWeights = weights }), Throws.TypeOf<ObjectDisposedException>());
    }

    // Seven classes, five of which the model knows: after one epoch it is far ahead of a network from nothing.
    [Test]
    public void Fit_TwoClassesMore_LearnsFasterThanFromNothing()
    {
        var options = MixedColours.Options with { Epochs = 6 };
        using var five = TinyImages.Pipeline(_ml, options).Fit(MixedColours.View(_ml, 160, classes: 5));
        var once = options with { Epochs = 1, LearningRate = 0.05 };
        var scratch = Accuracy(once);
        var warm = Accuracy(once with { InitialWeights = PretrainedWeights.FromModel(five) });
        Assert.That(warm, Is.GreaterThan(scratch + 0.2));

        double Accuracy(LogitNormTrainer.Options trained)
        {
            using var chain = TinyImages.Pipeline(_ml, trained).Fit(MixedColours.View(_ml, 140, classes: 7));
            return _ml.MulticlassClassification.Evaluate(chain.Transform(MixedColours.View(_ml, 140, classes: 7, seed: 9))).MicroAccuracy;
        }
    }

    private LogitNormModel Model(Head head) => UntrainedModel.Create(_ml, head: head);

    // Not the seed of the model.
    private static ClassifierNetwork Draw(Head head, int classes) => TinyImages.Options.Backbone.Draw(3, classes, head, seed: 2);

    private static ModelSpec Spec(LogitNormModel model, Head head)
        => new(model.Backbone, _classes.Length, model.Spec.Input, model.Normalization, ClassValues.Of(_classes), head);

    private static byte[] Bytes(Tensor tensor) => tensor.detach().contiguous().bytes.ToArray();
}
