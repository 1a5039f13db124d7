namespace Microsoft.ML.LogitNorm.Tests.Training;

/// <summary>What the log says of rows that can be trained on, and hardly should be.</summary>
public sealed class TrainingWarningsTests
{
    [Test]
    public void Fit_ClassOfFewRows_NamesItAndWhatToDo()
        => Assert.That(
            Warnings(TinyImages.Rows(60).Where(row => row.Label != "green" || row.Id < 28)),
            Has.One.Contains("Class 'green' (9) of column 'Label' has fewer than 10 rows to train on").And.One.Contains("ClassWeights.Balanced()"));

    [Test]
    public void Fit_SeveralClassesOfFewRows_NamesThemAll()
        => Assert.That(
            Warnings(TinyImages.Rows(60).Where(row => row.Label == "red" || row.Id < 12)),
            Has.One.Contains("2 classes: 'green' (4), 'blue' (4) of column 'Label' have fewer than 10 rows"));

    [Test]
    public void Fit_RowsHeldOut_DoNotCount()
        => Assert.That(Warnings(TinyImages.Rows(33), fraction: 0.2), Has.One.Contains("3 classes: 'red' (9), 'green' (9), 'blue' (9)"));

    [Test]
    public void Fit_ClassOfOneImage_NamesIt([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache)
    {
        var rows = TinyImages.Rows(48);
        foreach (var row in rows.Where(row => row.Label == "blue"))
            row.Image = rows[2].Image;
        Assert.That(
            Warnings(rows, cache: cache), Has.One.Contains("Class 'blue' (16) of column 'Label' has in all rows the same content of column 'Image', bit for bit"));
    }

    [Test]
    public void Fit_OneImageInAllRows_SaysSo()
    {
        var rows = TinyImages.Rows(48);
        foreach (var row in rows)
            row.Image = rows[0].Image;
        Assert.That(Warnings(rows), Has.One.Contains("All 48 training rows have the same content of column 'Image', bit for bit").And.One.Contains("See where the column comes from"));
    }

    [Test]
    public void Fit_NothingToSay_IsQuiet() => Assert.That(Warnings(TinyImages.Rows(48)), Is.Empty);

    private static List<string> Warnings(IEnumerable<TinyImages.Row> rows, double? fraction = null, ImageCache cache = ImageCache.Auto)
    {
        var (ml, messages) = (new MLContext(seed: 1), new List<string>());
        ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
                messages.Add(e.Message);
        };
        TinyTraining.Weights(
            TinyImages.Options with { Epochs = 1, BatchSize = 8, ValidationFraction = fraction, ImageCache = cache }, ml, ml.Data.LoadFromEnumerable(rows));
        return messages;
    }
}
