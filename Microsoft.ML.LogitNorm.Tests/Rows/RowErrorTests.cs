using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests.Rows;

/// <summary>
/// An image that cannot be read is named by its file, in the training, in a data view and in a prediction engine, and that is the base exception.
/// </summary>
[TestFixture]
public sealed class RowErrorTests
{
    private const int Bad = 207;
    private readonly MLContext _ml = new(seed: 1);
    private string _folder = "";

    [OneTimeSetUp]
    public void MakePictures()
    {
        _folder = Directory.CreateTempSubdirectory("row-errors-").FullName;
        for (var i = 0; i < 3; i++)
        {
            byte[] pixels = [.. Enumerable.Range(0, 64).SelectMany(_ => (byte[])[(byte)(80 * i), 100, 7, 255])];
            using var image = MLImage.CreateFromPixels(8, 8, MLPixelFormat.Rgba32, pixels);
            image.Save(Path.Combine(_folder, $"{i}.png"));
        }
        File.WriteAllText(Path.Combine(_folder, "broken.png"), "not an image");
    }

    [OneTimeTearDown]
    public void DeletePictures() => Directory.Delete(_folder, recursive: true);

    [TestCase(ImageCache.Memory)]
    [TestCase(ImageCache.Stream)]
    public void Fit_BrokenFile_NamesIt(ImageCache cache)
    {
        var view = Images(Rows());
        var keys = _ml.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(view).Transform(view);
        AssertNamed(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { LabelColumnName = "Key", ImageCache = cache }).Fit(keys),
            "for training");
    }

    // No row is named: the source fails between two of them, and again when the row is looked for. Behind a transform ML.NET's threads read it.
    [Test]
    public void Fit_SourceThatFails_ThrowsItsError([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache, [Values] bool transformed)
    {
        var failing = true;
        var view = _ml.Data.LoadFromEnumerable(Rows());
        if (transformed)
            view = _ml.Transforms.Text.TokenizeIntoWords("Words", "Name").Append(_ml.Transforms.CopyColumns("Copy", "Image")).Fit(view).Transform(view);
        var options = TinyImages.Options with { ImageCache = cache, FeatureColumnName = transformed ? "Copy" : "Image" };
        var error = InTime.Result(() => Assert.Catch(() => _ml.MulticlassClassification.Trainers.LogitNorm(options).Fit(view))!);
        Assert.That(error, Is.Not.InstanceOf<AggregateException>(), "as of a thread whose error nobody took");
        Assert.That(error.GetBaseException(), Is.TypeOf<IOException>().With.Message.EqualTo("the network is down"));

        failing = false;
        _ml.MulticlassClassification.Trainers.LogitNorm(options with { Epochs = 1 }).Fit(view).Dispose();

        IEnumerable<PixelRow> Rows()
        {
            for (var i = 0; i < 40; i++)
                yield return i < 20 || !failing ? Pixels(i) : throw new IOException("the network is down");
        }
    }

    // What the second reading meets is another matter: the first error stands.
    [Test]
    public void Transform_SourceThatFailsInAnotherWayAgain_ThrowsTheFirstError()
    {
        var readings = 0;
        using var model = UntrainedModel.Create(_ml, PixelKind.VectorOfSingle);
        using var cursor = Scored().GetRowCursor([Scored().Schema["PredictedLabel"]]);
        Assert.That(Assert.Catch(() => { while (cursor.MoveNext()) { } })!.GetBaseException(), Is.TypeOf<IOException>().With.Message.EqualTo("reading 1"));
        Assert.That(readings, Is.EqualTo(2));

        IDataView Scored() => model.Transform(_ml.Data.LoadFromEnumerable(Rows()));

        IEnumerable<PixelRow> Rows()
        {
            var reading = Interlocked.Increment(ref readings);
            for (var i = 0; i < 20; i++)
                yield return Pixels(i);
            throw reading == 1 ? new IOException("reading 1") : new FormatException($"reading {reading}");
        }
    }

    [Test]
    public void Fit_CancelledWhileTheRowIsLookedFor_IsCancelled([Values(ImageCache.Memory, ImageCache.Stream)] ImageCache cache)
    {
        using var cancellation = new CancellationTokenSource();
        var readings = 0;
        var options = TinyImages.Options with { ImageCache = cache, CancellationToken = cancellation.Token };
        var view = _ml.Data.LoadFromEnumerable(Rows());
        var trainer = _ml.MulticlassClassification.Trainers.LogitNorm(options);
        Assert.That(InTime.Result(() => Assert.Catch(() => trainer.Fit(view))!), Is.InstanceOf<OperationCanceledException>());
        Assert.That(readings, Is.EqualTo(2));

        IEnumerable<PixelRow> Rows()
        {
            var reading = Interlocked.Increment(ref readings);
            for (var i = 0; i < 40; i++)
            {
                if (i == 20 && reading == 1)
                    throw new IOException("the network is down");
                if (i == 5 && reading == 2)
                    cancellation.Cancel();
                yield return Pixels(i);
            }
        }
    }

    [Test]
    public void Fit_PixelThatIsNaN_NamesItsRow()
    {
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => Pixels(i, i == 37 ? float.NaN : i, i == 3 ? 9u : null)));
        Assert.That(
            () => _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options).Fit(rows),
            Throws.TypeOf<RowException>().With.Message.Contains("in labelled row 36 (counted from 0)").And.Message.EndsWith(" The row has Name 'row 37'."));
    }

    // One column of the four, so that no other is active; the text columns are looked up when it has failed.
    [TestCase("PredictedLabel")]
    [TestCase("Logits")]
    public void Transform_BrokenFile_NamesIt(string column)
    {
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        var scored = model.Transform(Images(Rows()));
        AssertNamed(() => Read(scored, column), $"Reading row {Bad} (counted from 0) failed");
    }

    [Test]
    public void Transform_BrokenFileBehindAScore_NamesItOnce()
    {
        using var app = UntrainedModel.App(_ml, UntrainedModel.Create(_ml, PixelKind.VectorOfByte));
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        var scored = model.Transform(Images(Rows()));
        var detected = app.LastTransformer.Transform(_ml.Transforms.OodScore(OodScores.Energy()).Fit(scored).Transform(scored));
        AssertNamed(() => Read(detected, "IsOutOfDistribution"), $"Reading row {Bad} (counted from 0) failed");
    }

    // Vectors of pixels go through threads of ML.NET's own, which wrap what they meet and do not say in which row.
    [Test]
    public void Transform_BrokenFileReadByThreadsOfMlNet_NamesIt()
    {
        using var model = UntrainedModel.Create(_ml, PixelKind.VectorOfSingle);
        var images = Images(Rows());
        var pixels = _ml.Transforms.ExtractPixels("Pixels", "Image")
            .Append(_ml.Transforms.DropColumns("Image"))
            .Append(_ml.Transforms.CopyColumns("Image", "Pixels"))
            .Fit(images)
            .Transform(images);
        AssertNamed(() => Read(model.Transform(pixels), "PredictedLabel"), $"Reading row {Bad} (counted from 0) failed");
    }

    [Test]
    public void Transform_ShuffledAndFiltered_NamesTheFile()
    {
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        var view = Images(_ml.Data.ShuffleRows(_ml.Data.SkipRows(Rows(), 100), seed: 3));
        AssertNamed(() => Read(model.Transform(view), "PredictedLabel"), "Reading row ");
    }

    // What ML.NET's threads make of an error of ours behind the model; the base exception is ours.
    [Test]
    public void Transform_ReadBehindAnotherTransform_HasItAsBaseException()
    {
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        var scored = model.Transform(Images(Rows()));
        var named = _ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel")
            .Append(_ml.Transforms.Text.TokenizeIntoWords("Words", "Name"))
            .Fit(scored)
            .Transform(scored);
        AssertNamed(() => named.GetColumn<string>("Name").Count(), $"Reading row {Bad} (counted from 0) failed");
    }

    [Test]
    public void Predict_BrokenFile_NamesIt()
    {
        using var model = UntrainedModel.Create(_ml, PixelKind.Image);
        var pipeline = _ml.Transforms.LoadImages("Image", _folder, "Path").Append(_ml.Transforms.ResizeImages("Image", 8, 8)).Fit(Rows());
        using var engine = _ml.Model.CreatePredictionEngine<Row, TinyImages.Prediction>(
            pipeline.Append(model), new PredictionEngineOptions { OwnsTransformer = false, IgnoreMissingColumns = true });
        AssertNamed(() => engine.Predict(new() { Path = "broken.png", Label = "x" }), "failed");
        Assert.That(engine.Predict(new() { Path = "1.png", Label = "x" }).Logits, Has.Length.EqualTo(3), "it goes on");
    }

    // An error that is found when a whole batch is computed is of a row that the input has left behind.
    [Test]
    public void Transform_ScoreOfARowIsNotFinite_NamesTheRow([Values(3, 250)] int bad)
    {
        var rows = Enumerable.Range(0, 300).Select(i => new VectorRow { Name = $"row {i}", Logits = i == bad ? [1e30f, -1e30f] : [1, 2] });
        var data = _ml.Data.LoadFromEnumerable(rows);
        var scored = _ml.Transforms.OodScore(new Overflowing()).Fit(data).Transform(data);
        Assert.That(
            () => scored.GetColumn<float>("OodScore").Count(),
            Throws.TypeOf<OodScoreException>().With.Message.Contains($"of row {bad} (counted from 0)").And.Message.EndsWith($" The row has Name 'row {bad}'."));
    }

    [Test]
    public void Describe_TextColumnThatFailsItself_LeavesTheErrorAsItIs()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new NumberRow { Number = i == 1 ? float.NaN : i }));
        var view = _ml.Transforms.CustomMapping<NumberRow, TextRow>((_, _) => throw new FormatException("a text that cannot be made"), null)
            .Fit(data)
            .Transform(data);
        Assert.That(
            () => TwiceMap.Append(view, 128).GetColumn<float>("Twice").Count(),
            Throws.TypeOf<RowException>().With.Message.EqualTo($"Reading row 1 (counted from 0) failed: {TwiceMap.Unreadable}"));
    }

    [Test]
    public void Describe_LongTexts_AreCut()
    {
        var data = _ml.Data.LoadFromEnumerable([new LongRow { Number = float.NaN, A = new('x', 5000), B = "", C = "c" }]);
        Assert.That(
            () => TwiceMap.Append(data, 1).GetColumn<float>("Twice").Count(),
            Throws.TypeOf<RowException>().With.Message.EndsWith($" The row has A '{new string('x', 200)}…', C 'c'."));
    }

    // 20 MB a row that only pass through: 128 of them are not read ahead.
    [Test]
    public void ReadAhead_LargeValuesThatPassThrough_ReadsFewerRows()
    {
        var (taken, large) = (0, new float[5_000_000]);
        var data = _ml.Data.LoadFromEnumerable(Rows());
        var mapped = TwiceMap.Append(data, 128);
        using var cursor = mapped.GetRowCursor(mapped.Schema);
        Assert.That(cursor.MoveNext(), Is.True);
        Assert.That(taken, Is.InRange(2, 20));

        IEnumerable<LargeRow> Rows()
        {
            for (var i = 0; i < 40; i++)
            {
                taken++;
                yield return new() { Number = i, Large = large };
            }
        }
    }

    private void AssertNamed(Action act, string says)
    {
        var error = Assert.Catch(() => act())!.GetBaseException();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error, Is.InstanceOf<InvalidOperationException>());
            Assert.That(error.Message, Does.Contain(says).And.Contain(" The row has Path 'broken.png', Label "));
            Assert.That(error.Message.Split("The row has"), Has.Length.EqualTo(2), "said once");
        }
    }

    private static void Read(IDataView view, string column)
    {
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        var read = PassThroughColumn.Create(cursor, view.Schema[column], 1, () => 0);
        while (cursor.MoveNext())
            read.Store(0);
    }

    private static PixelRow Pixels(int row, float? value = null, uint? label = null)
        => new() { Name = $"row {row}", Label = label ?? (uint)(row % 3), Image = [.. Enumerable.Repeat(value ?? row, 192)] };

    private IDataView Rows()
        => _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 300).Select(i => new Row { Path = i == Bad ? "broken.png" : $"{i % 3}.png", Label = $"class {i % 3}" }));

    private IDataView Images(IDataView rows)
        => _ml.Transforms.LoadImages("Image", _folder, "Path").Append(_ml.Transforms.ResizeImages("Image", 8, 8)).Fit(rows).Transform(rows);

    private sealed record Overflowing : OodScore
    {
        internal override TorchSharp.torch.Tensor Score(in OodBatch batch) => batch.Logits!.square().sum([1]);
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class PixelRow
    {
        public string Name { get; set; } = "";

        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3, 8, 8)]
        public float[] Image { get; set; } = [];
    }

    private sealed class VectorRow
    {
        public string Name { get; set; } = "";

        [VectorType(2)]
        public float[] Logits { get; set; } = [];
    }

    private sealed class NumberRow
    {
        public float Number { get; set; }
    }

    private sealed class TextRow
    {
        public string Text { get; set; } = "";
    }

    private sealed class LongRow
    {
        public float Number { get; set; }

        public string A { get; set; } = "";

        public string B { get; set; } = "";

        public string C { get; set; } = "";
    }

    private sealed class LargeRow
    {
        public float Number { get; set; }

        [VectorType(5_000_000)]
        public float[] Large { get; set; } = [];
    }
}
