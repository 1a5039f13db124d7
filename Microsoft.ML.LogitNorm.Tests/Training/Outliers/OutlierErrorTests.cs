using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Training.Outliers;

/// <summary>Outliers that cannot be trained against are refused before training starts, in words that help.</summary>
[TestFixture]
public sealed class OutlierErrorTests
{
    // A training that starts after all fails the test.
    private static readonly LogitNormTrainer.Options _options = TinyImages.Options with { StepCompleted = _ => Assert.Fail("It trains.") };

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Fit_OutlierSetWithoutTheColumn_NamesSetAndColumn()
    {
        var rows = TinyOutliers.View(_ml, 5);
        AssertRefused(
            _options with { OutlierSet = _ml.Transforms.DropColumns("Image").Fit(rows).Transform(rows) },
            "OutlierSet cannot be used: ", "feature column 'Image'", "'Name'");
    }

    [Test]
    public void Fit_OutlierSetOfAnotherSize_SaysWhatIsExpected()
        => AssertRefused(
            _options with { OutlierSet = _ml.Data.LoadFromEnumerable([new SmallRow { Image = new byte[3 * 4 * 4] }]) },
            "OutlierSet has other rows in column 'Image': expected VectorOfByte 3×8×8, found VectorOfByte 3×4×4. Put them through the same transforms");

    [Test]
    public void Fit_OutlierSetOfAnotherType_SaysWhatIsExpected()
    {
        var rows = TinyOutliers.View(_ml, 5);
        AssertRefused(
            _options with { OutlierSet = _ml.Transforms.Conversion.ConvertType("Image").Fit(rows).Transform(rows) },
            "OutlierSet has other rows in column 'Image': expected VectorOfByte 3×8×8, found VectorOfSingle 3×8×8.");
        AssertRefused(
            _options with { OutlierSet = _ml.Transforms.CopyColumns("Image", "Name").Fit(rows).Transform(rows) },
            "OutlierSet cannot be used: ", "feature column 'Image'", "String");
    }

    [Test]
    public void Fit_OutlierSetThatCannotBeUsed_IsRefusedBeforeImagesAreDecoded()
    {
        var unread = _ml.Data.LoadFromEnumerable(TinyImages.Rows(32).Select(row => row.Id < 5 ? row : throw new AssertionException("A row is read.")));
        var map = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 3));
        Assert.That(
            () => _ml.MulticlassClassification.Trainers
                .LogitNorm(_options with { OutlierSet = _ml.Data.LoadFromEnumerable([new SmallRow { Image = new byte[3 * 4 * 4] }]) })
                .Fit(map.Transform(unread)),
            Throws.InvalidOperationException.With.Message.Contains("OutlierSet"));
    }

    [Test]
    public void Fit_OutlierSetWithoutRows_SaysSo()
        => AssertRefused(
            _options with { OutlierSet = TinyOutliers.View(_ml, 0) }, "OutlierSet has no rows; expected images of 3×8×8", "column 'Image'", "leave it out");

    [Test]
    public void Fit_OutlierThatIsATrainingRow_NamesBoth([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache)
    {
        var rows = TinyOutliers.Rows(20);
        rows[7].Image = TinyImages.Rows(32)[21].Image;
        AssertRefused(
            _options with { ImageCache = cache, OutlierSet = _ml.Data.LoadFromEnumerable(rows) },
            "Row 7 (counted from 0) of OutlierSet is in column 'Image', bit for bit, labelled training row 21: ",
            "Remove it from one of the two.",
            "The row has Name 'outlier 7'.");
    }

    [Test]
    public void Fit_OutlierThatIsNoNumber_NamesTheRow()
    {
        var rows = TinyOutliers.Rows(20).Select(row => new FloatRow
        {
            Name = row.Name, Image = [.. row.Image.Select(pixel => row.Id == 13 ? float.NaN : pixel)],
        });
        var training = _ml.Transforms.Conversion.ConvertType("Image").Fit(Mapped()).Transform(Mapped());
        AssertRefused(
            _options with { OutlierSet = _ml.Data.LoadFromEnumerable(rows) }, training,
            "In OutlierSet: Column 'Image' has a pixel that is NaN or infinite in row 13 (counted from 0).", "The row has Name 'outlier 13'.");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Fit_OutliersOfKnownClasses_AreWarnedOf(bool keys)
    {
        var rows = TinyOutliers.Rows(20);
        (rows[3].Label, rows[4].Label, rows[5].Label) = ("red", "blue", "purple");
        IDataView outliers = _ml.Data.LoadFromEnumerable(rows);
        if (keys)
            outliers = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(outliers).Transform(outliers);   // keys of its own
        var messages = Log(outliers);
        Assert.That(messages, Has.One.Contains("2 rows of OutlierSet have in column 'Label' one of the 3 classes"));
        Assert.That(messages, Has.One.Contains("Training against 20 outliers."));
        Assert.That(Log(TinyOutliers.View(_ml, 20)), Has.None.Contains("one of the 3 classes"));

        List<string> Log(IDataView outliers)
        {
            var (ml, messages) = (new MLContext(seed: 1), new List<string>());
            ml.Log += (_, e) => messages.Add(e.Message);
            TinyTraining.Weights(TinyImages.Options with { Epochs = 1, OutlierSet = outliers }, ml);
            return messages;
        }
    }

    [Test]
    public void Trainer_SyntheticOutliersOfVectors_IsRefusedWithoutData()
        => Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(
                new LogitNormTrainer.Options { Backbone = Backbone.Dense(), SyntheticOutliers = SyntheticOutliers.Mixtures }),
            Throws.ArgumentException.With.Message.Contains("SyntheticOutliers is Mixtures").And.Message.Contains("OutlierSet takes vectors"));

    private IDataView Mapped()
        => _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyImages.View(_ml, 32)).Transform(TinyImages.View(_ml, 32));

    private void AssertRefused(LogitNormTrainer.Options options, params string[] parts) => AssertRefused(options, Mapped(), parts);

    private void AssertRefused(LogitNormTrainer.Options options, IDataView training, params string[] parts)
    {
        var error = Assert.Throws(Is.InstanceOf<InvalidOperationException>(), () => _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(training))!;
        foreach (var part in parts)
            Assert.That(error.Message, Does.Contain(part));
    }

    private sealed class SmallRow
    {
        [VectorType(3, 4, 4)]
        public byte[] Image { get; set; } = [];
    }

    private sealed class FloatRow
    {
        public string Name { get; set; } = "";

        [VectorType(3, TinyImages.Size, TinyImages.Size)]
        public float[] Image { get; set; } = [];
    }
}
