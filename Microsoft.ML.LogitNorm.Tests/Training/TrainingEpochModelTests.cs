using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>The model that a callback is lent after each epoch.</summary>
[TestFixture]
public sealed class TrainingEpochModelTests
{
    // Once training is over the network is folded, which rounds otherwise.
    private const float Rounding = 1e-5f;

    private static readonly LogitNormTrainer.Options _options = TinyImages.Options with { Backbone = Backbone.WideResNet(10, 1, dropout: 0.3), Epochs = 3 };
    private readonly MLContext _ml = new(seed: 1);
    private IDataView _rows = null!;

    [OneTimeSetUp]
    public void MakeRows() => _rows = TinyImages.View(_ml, 20, seed: 4);

    [Test]
    public void Model_AfterEachEpoch_IsTheNetworkAsItStands()
    {
        List<float[][]> found = [];
        using var chain = TinyImages.Pipeline(_ml, _options with { EpochCompleted = epoch => found.Add(Logits(epoch.Model)) })
            .Fit(TinyImages.View(_ml, TinyTraining.Rows));
        Assert.That(found[^1], Is.EqualTo(Logits(chain.LastTransformer)).Within(Rounding), "the last one is the result");
        Assert.That(found[0], Is.Not.EqualTo(found[1]).And.Not.EqualTo(found[2]));
    }

    [Test]
    public void Model_Saved_IsASnapshot()
    {
        using var folder = new TemporaryFolder();
        var expected = Array.Empty<float[]>();
        TinyTraining.Weights(_options with
        {
            EpochCompleted = epoch =>
            {
                if (epoch.Epoch != 2)
                    return;
                _ml.Model.Save(epoch.Model, _rows.Schema, folder["snapshot.zip"]);
                expected = Logits(epoch.Model);
            },
        });
        var loaded = new MLContext().Model.Load(folder["snapshot.zip"], out _);
        Assert.That(loaded.Transform(_rows).GetColumn<float[]>("Logits"), Is.EqualTo(expected).Within(Rounding));
        (loaded as IDisposable)?.Dispose();
    }

    [Test]
    public void Model_InUse_DoesNotChangeTheTraining()
    {
        var expected = TinyTraining.Weights(_options);
        Assert.That(TinyTraining.Weights(_options with { EpochCompleted = Use }), Is.EqualTo(expected));

        void Use(TrainingEpoch epoch)
        {
            Logits(epoch.Model);
            Assert.That(epoch.Model.ParameterCount, Is.GreaterThan(0));
            // This score differentiates by the image, through weights that are in training.
            var scored = _ml.Transforms.OodScore(OodScores.Odin(1000, 0.01)).Fit(epoch.Model.Transform(_rows)).Transform(epoch.Model.Transform(_rows));
            Assert.That(scored.GetColumn<float>("OodScore").All(float.IsFinite));
        }
    }

    [Test]
    public void Model_DisposedOfByMistake_LeavesTheTrainingAlone()
        => Assert.That(TinyTraining.Weights(_options with { EpochCompleted = epoch => epoch.Model.Dispose() }), Is.EqualTo(TinyTraining.Weights(_options)));

    [Test]
    public void Model_AfterTheCallback_IsDisposedOf()
    {
        List<(LogitNormModel Model, IDataView Scored)> kept = [];
        using var chain = TinyImages.Pipeline(_ml, _options with { EpochCompleted = epoch => kept.Add((epoch.Model, epoch.Model.Transform(_rows))) })
            .Fit(TinyImages.View(_ml, TinyTraining.Rows));
        foreach (var (model, scored) in kept)
        {
            Assert.That(() => Logits(model), Disposed());
            Assert.That(() => scored.GetColumn<float[]>("Logits").ToArray(), Disposed());
            Assert.That(() => model.ParameterCount, Disposed());
            Assert.That(() => _ml.Model.Save(model, _rows.Schema, Stream.Null), Disposed());
        }
        Assert.That(Logits(chain.LastTransformer), Has.Length.EqualTo(20));

        static NUnit.Framework.Constraints.Constraint Disposed() => Throws.TypeOf<ObjectDisposedException>().With.Message.Contains(nameof(LogitNormModel));
    }

    [Test]
    public void Model_CallbackThrows_IsTakenBack()
    {
        LogitNormModel model = null!;
        Assert.Throws<TimeoutException>(
            () => TinyTraining.Weights(_options with { EpochCompleted = epoch => throw new TimeoutException((model = epoch.Model).ToString()) }));
        Assert.That(() => model.ParameterCount, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Lent_StillComputing_IsWaitedFor()
    {
        using var owner = UntrainedModel.Create(_ml);
        var lent = new LentModel(owner.Network, network => new(_ml, Spec(), network));
        var use = lent.Model.Network.Enter();
        var back = Task.Run(lent.Dispose);
        InTime.Until(IsRefused);   // from here on nothing but the computation is waited for
        Assert.That(back.IsCompleted, Is.False);
        use.Dispose();
        InTime.End(back);
        Assert.That(back.IsCompletedSuccessfully, Is.True);
        Assert.That(Logits(owner), Has.Length.EqualTo(20), "the owner's network is as it was");

        bool IsRefused()
        {
            try
            {
                lent.Model.Network.Enter().Dispose();
                return false;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }

        ModelSpec Spec()
            => new(
                owner.Backbone,
                owner.ClassCount,
                new ImageInput("Image", owner.ImageShape!, PixelKind.VectorOfByte, Interleaved: false),
                owner.Normalization,
                null);
    }

    private float[][] Logits(LogitNormModel model) => [.. model.Transform(_rows).GetColumn<float[]>("Logits")];
}
