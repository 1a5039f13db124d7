using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>Rows that are held out of the training to measure on.</summary>
public sealed class ValidationFractionTests
{
    private static readonly LogitNormTrainer.Options _options
        = TinyImages.Options with { Epochs = 2, BatchSize = 8, ValidationFraction = 0.25 };

    private readonly MLContext _ml = new(seed: 1);

    // Held-out rows are chosen by label and place, so those of other pixels are the same ones: nothing of them may reach the weights or the normalisation.
    [Test]
    public void Fit_HeldOutRowsChanged_GivesTheSameModel([Values] ImageCache cache)
    {
        var options = _options with { ImageCache = cache };
        var rows = TinyImages.Rows(TinyTraining.Rows);
        using var expected = Fit(rows, options);
        foreach (var row in HeldOut(rows, options))
            rows[row].Image = [.. rows[row].Image.Select(value => (byte)(255 - value))];
        using var found = Fit(rows, options);
        Assert.That(TinyTraining.Weights(found), Is.EqualTo(TinyTraining.Weights(expected)));
        Assert.That(found.Network.Normalize(TorchSharp.torch.zeros(1, 8, 8, 3)).data<float>().ToArray(),
            Is.EqualTo(expected.Network.Normalize(TorchSharp.torch.zeros(1, 8, 8, 3)).data<float>().ToArray()));
    }

    [Test]
    public void Fit_Fraction_IsATrainingOnTheOthersWithTheseAsValidationSet([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache)
    {
        List<TrainingEpoch> expected = [], found = [];
        var options = _options with { ImageCache = cache };
        var rows = TinyImages.Rows(TinyTraining.Rows);
        var heldOut = HeldOut(rows, options);
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.Data.LoadFromEnumerable(rows));
        var validation = map.Transform(_ml.Data.LoadFromEnumerable(rows.Where(row => heldOut.Contains(row.Id))));

        using var byFraction = Fit(rows, options with { EpochCompleted = found.Add });
        using var bySet = Fit(
            [.. rows.Where(row => !heldOut.Contains(row.Id))],
            options with { ValidationFraction = null, ValidationSet = validation, EpochCompleted = expected.Add });

        Assert.That(TinyTraining.Weights(byFraction), Is.EqualTo(TinyTraining.Weights(bySet)));
        Assert.That(
            found.Select(epoch => (epoch.Loss, epoch.ValidationLoss, epoch.ValidationAccuracy)),
            Is.EqualTo(expected.Select(epoch => (epoch.Loss, epoch.ValidationLoss, epoch.ValidationAccuracy))));
        Assert.That(found, Has.All.Property("ValidationLoss").Not.Null.And.All.Property("BestEpoch").Null);
    }

    // LogitNorm's τ has not come to its end after the first epoch; the validation loss is that of the end all the same.
    [TestCase(false)]
    [TestCase(true)]
    public void ValidationLoss_IsThatOfTheModelAtTheFinalTau(bool weighted)
    {
        var rows = TinyImages.Rows(30, seed: 5);
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        var validation = map.Transform(_ml.Data.LoadFromEnumerable(rows));
        var checkedEpochs = 0;
        using var model = Fit(TinyImages.Rows(TinyTraining.Rows), _options with
        {
            ValidationFraction = null,
            ValidationSet = validation,
            Loss = TrainingLoss.LogitNorm(0.1, warmup: 1),
            ClassWeights = weighted ? ClassWeights.Of(("green", 3)) : ClassWeights.None(),
            EpochCompleted = epoch =>
            {
                var scored = epoch.Model.Transform(validation);
                var (sum, weights) = (0.0, 0.0);
                foreach (var (logits, label) in scored.GetColumn<float[]>("Logits").Zip(scored.GetColumn<uint>("Label")))
                {
                    var norm = Math.Sqrt(logits.Sum(f => (double)f * f)) + 1e-7;
                    var scaled = logits.Select(f => f / (norm * 0.1)).ToArray();
                    var weight = weighted && label == 2 ? 3 : 1;
                    sum += weight * (Math.Log(scaled.Sum(Math.Exp)) - scaled[label - 1]);
                    weights += weight;
                }
                Assert.That(epoch.ValidationLoss, Is.EqualTo(sum / weights).Within(1e-4));
                Assert.That(epoch.ToString(), Does.Contain(FormattableString.Invariant($", validation loss {epoch.ValidationLoss:F4}, validation accuracy ")));
                checkedEpochs++;
            },
        });
        Assert.That(checkedEpochs, Is.EqualTo(2));
    }

    [Test]
    public void Fit_Fraction_SaysHowManyInTheLog()
    {
        var messages = new List<string>();
        _ml.Log += (_, e) => messages.Add(e.Message);
        using var model = Fit(TinyImages.Rows(TinyTraining.Rows), _options);
        Assert.That(messages, Has.Some.Contains("Read 36 images of").And.Some.Contains("held out 12 to validate on"));
    }

    [Test]
    public void Fit_FractionAndSet_IsRefused()
        => Assert.That(
            () => Fit(TinyImages.Rows(48), _options with { ValidationSet = TinyImages.View(_ml, 3) }),
            Throws.ArgumentException.With.Message.Contains("ValidationSet is given, and ValidationFraction is 0.25. Leave one of them out."));

    [Test]
    public void Fit_OneRowOfEachClass_SaysThatNoneIsHeldOut()
        => Assert.That(
            () => Fit(TinyImages.Rows(3), _options with { BatchSize = null }),
            Throws.InvalidOperationException.With.Message.Contains("ValidationFraction is 0.25, but no class has 2 rows"));

    [Test]
    public void Fit_RowThatCannotBeReadInEitherPart_SaysInWhich([Values] bool heldOut)
    {
        var rows = Moons.Rows(60);
        var options = Moons.Options with { Epochs = 1, BatchSize = 8, ValidationFraction = 0.2 };
        var view = Keyed(rows);
        var held = HeldOutRows.Choose(view, LabelColumn.Find(view.Schema, "Label"), 0.2, 1, default).Validation.GetColumn<float[]>("Features").ToList();
        rows.First(row => held.Any(other => other.SequenceEqual(row.Features)) == heldOut).Features[0] = float.NaN;
        Assert.That(
            () => Moons.Pipeline(_ml, options).Fit(_ml.Data.LoadFromEnumerable(rows)),
            Throws.InstanceOf<InvalidOperationException>().With.Message.StartsWith(
                $"In the rows that ValidationFraction {(heldOut ? "holds out" : "leaves to train on")}: Column 'Features' has a "));
    }

    private LogitNormModel Fit(List<TinyImages.Row> rows, LogitNormTrainer.Options options)
        => TinyImages.Pipeline(_ml, options).Fit(_ml.Data.LoadFromEnumerable(rows)).LastTransformer;

    private HashSet<int> HeldOut(List<TinyImages.Row> rows, LogitNormTrainer.Options options)
    {
        var view = Keyed(rows);
        var split = HeldOutRows.Choose(view, LabelColumn.Find(view.Schema, "Label"), options.ValidationFraction!.Value, options.Seed!.Value, default);
        return [.. split.Validation.GetColumn<int>("Id")];
    }

    private IDataView Keyed<T>(List<T> rows)
        where T : class
    {
        var view = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
    }
}
