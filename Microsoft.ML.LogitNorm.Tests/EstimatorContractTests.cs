using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Every estimator of the catalog goes through the contract.</summary>
[TestFixture]
public sealed class EstimatorContractTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void Trainer_TextLabels() => CheckTrainer("Label");

    [Test]
    public void Trainer_NumericLabels() => CheckTrainer("Id");

    [Test]
    public void Trainer_FloatLabels() => CheckTrainer("Order");

    [Test]
    public void Trainer_KeyWithoutValues()
    {
        var data = _ml.Data.LoadFromEnumerable(TinyImages.Rows(32).Select(row => new KeyRow { Label = (uint)(row.Id % 3), Image = row.Image }));
        EstimatorContract.Check(_ml, _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { Epochs = 1 }), data);
    }

    [Test]
    public void Trainer_Images()
    {
        var data = Mapped("Label");
        var images = _ml.Transforms.ConvertToImage(TinyImages.Size, TinyImages.Size, "Image", interleavedColors: false).Fit(data).Transform(data);
        EstimatorContract.Check(_ml, _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { Epochs = 1 }), images);
    }

    [Test]
    public void Trainer_CosineHead()
        => EstimatorContract.Check(
            _ml, _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { Head = Head.Cosine(), Epochs = 1 }), Mapped("Label"));

    [Test]
    public void OodScore_OfLogits() => CheckScore(OodScores.Energy(2));

    [Test]
    public void OodScore_ThatLearns() => CheckScore(OodScores.Mahalanobis(1e-3), "Embedding", "Label");

    [Test]
    public void OodScore_OfTheNetwork() => CheckScore(OodScores.Odin(1, 0.01));

    [Test]
    public void OodScore_OfSeveral() => CheckScore(OodScores.Fuse(OodScores.ReAct(), OodScores.NearestNeighbours(3)), "Embedding");

    [Test]
    public void OodDetector_OfOodScore()
    {
        using var model = TinyImages.Pipeline(_ml).Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax())).Fit(TinyImages.View(_ml, 48));
        var scored = model.Transform(TinyImages.View(_ml, 30));
        EstimatorContract.Check(_ml, _ml.Transforms.OodDetector(), scored,
            Transformed(scored, _ml.Transforms.DropColumns("OodScore")),
            Transformed(scored, _ml.Transforms.CopyColumns("OodScore", "Score")),
            Transformed(scored, _ml.Transforms.CopyColumns("OodScore", "PredictedLabel")),
            Transformed(scored, _ml.Transforms.Conversion.ConvertType("OodScore", outputKind: DataKind.Double)));
        EstimatorContract.Check(_ml, _ml.Transforms.OodDetector(0.2, "Order"), scored);
        // The label stands for the predicted class: it has rows of each class, however the network predicts.
        EstimatorContract.Check(_ml, _ml.Transforms.OodDetector(0.2, confidence: 0.5, perClass: true, predictedLabelColumnName: "Label"), scored,
            Transformed(scored, _ml.Transforms.DropColumns("Label")),
            Transformed(scored, _ml.Transforms.CopyColumns("Label", "Name")),
            Transformed(scored, _ml.Transforms.CopyColumns("Label", "Score")));
    }

    [Test]
    public void TemperatureScaling_OfLogits()
    {
        using var model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 48));
        var scored = model.Transform(TinyImages.View(_ml, 30));
        EstimatorContract.Check(_ml, _ml.Transforms.TemperatureScaling(), scored,
            Transformed(scored, _ml.Transforms.DropColumns("Label")),
            Transformed(scored, _ml.Transforms.DropColumns("Logits")),
            Transformed(scored, _ml.Transforms.CopyColumns("Label", "Name")),
            Transformed(scored, _ml.Transforms.CopyColumns("Logits", "PredictedLabel")),
            Transformed(scored, _ml.Transforms.CopyColumns("Score", "Order")),
            Transformed(scored, _ml.Transforms.Conversion.ConvertType("Logits", outputKind: DataKind.Double)));
        EstimatorContract.Check(_ml, _ml.Transforms.TemperatureScaling(scoreColumnName: "Probabilities"), scored);
        EstimatorContract.Check(_ml, _ml.Transforms.TemperatureScaling(), Transformed(scored, _ml.Transforms.SelectColumns("Label", "Logits")));
    }

    [Test]
    public void NearestImages_OfEmbeddings()
    {
        using var model = TinyImages.Pipeline(_ml).Append(_ml.Transforms.ConvertToImage(TinyImages.Size, TinyImages.Size, "Photo", "Image", interleavedColors: false))
            .Fit(TinyImages.View(_ml, 48));
        var data = model.Transform(TinyImages.View(_ml, 30));
        EstimatorContract.Check(_ml, _ml.Transforms.NearestImages(2, 10, imageColumnName: "Photo"), data,
            Transformed(data, _ml.Transforms.DropColumns("Label")),
            Transformed(data, _ml.Transforms.DropColumns("Photo")),
            Transformed(data, _ml.Transforms.DropColumns("Embedding")),
            Transformed(data, _ml.Transforms.CopyColumns("Label", "Name")),
            Transformed(data, _ml.Transforms.CopyColumns("Photo", "Image")),
            Transformed(data, _ml.Transforms.CopyColumns("Embedding", "Order")),
            Transformed(data, _ml.Transforms.Conversion.ConvertType("Embedding", outputKind: DataKind.Double)));
    }

    [Test]
    public void ReadImages_OfPathsAndBytes([Values] ImageErrorMode onError)
    {
        using var folder = new TemporaryFolder();
        var rows = TinyImages.Rows(20);
        foreach (var row in rows)
        {
            row.Name = $"{row.Id}.png";
            File.WriteAllBytes(folder[row.Name], EncodedImages.Flat(new((byte)row.Id, 0, 0)));
            row.Image = new byte[3 * TinyImages.Size * TinyImages.Size];
            EncodedImages.Flat(new(0, (byte)row.Id, 0)).CopyTo(row.Image, 0);   // what stands behind a file's end is not looked at
        }
        var data = _ml.Data.LoadFromEnumerable(rows);
        EstimatorContract.Check(_ml, _ml.Transforms.ReadImages("Photo", 6, 4, "Name", folder.Path, onError: onError), data,
            Transformed(data, _ml.Transforms.DropColumns("Name")),
            Transformed(data, _ml.Transforms.CopyColumns("Name", "Order")),
            Transformed(data, _ml.Transforms.CopyColumns("Name", "Numbers")),
            Transformed(data, _ml.Transforms.Conversion.MapValueToKey("Name")));
        EstimatorContract.Check(_ml, _ml.Transforms.ReadImages("Photo", 6, 4, "Image", onError: onError), data,
            Transformed(data, _ml.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single)));
        EstimatorContract.Check(_ml, _ml.Transforms.ReadImages("Image", 6, 4, onError: onError), data);
    }

    private void CheckTrainer(string label)
    {
        var data = Mapped(label);
        var trainer = _ml.MulticlassClassification.Trainers.LogitNorm(TinyImages.Options with { LabelColumnName = "Class", Epochs = 1 });
        EstimatorContract.Check(_ml, trainer, data,
            Transformed(data, _ml.Transforms.DropColumns("Class")),
            Transformed(data, _ml.Transforms.DropColumns("Image")),
            Transformed(data, _ml.Transforms.CopyColumns("Class", "Name")),
            Transformed(data, _ml.Transforms.CopyColumns("Class", "Numbers")),
            Transformed(data, _ml.Transforms.CopyColumns("Image", "Name")),
            Transformed(data, _ml.Transforms.CopyColumns("Image", "Order")),
            Transformed(data, _ml.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Double)));
    }

    private void CheckScore(OodScore score, params string[] needed)
    {
        using var model = TinyImages.Pipeline(_ml).Fit(TinyImages.View(_ml, 48));
        var scored = model.Transform(TinyImages.View(_ml, 130));
        IDataView[] withoutLogits = (score.Needs | (score.LearnsFrom ?? default)).HasFlag(OodInputs.Logits)
            ?
            [
                Transformed(scored, _ml.Transforms.DropColumns("Logits")),
                Transformed(scored, _ml.Transforms.CopyColumns("Logits", "PredictedLabel")),
                Transformed(scored, _ml.Transforms.Conversion.ConvertType("Logits", outputKind: DataKind.Double)),
            ]
            : [];
        EstimatorContract.Check(_ml, _ml.Transforms.OodScore(score, "Unusual"), scored,
            [
                .. withoutLogits,
                .. needed.Select(name => Transformed(scored, _ml.Transforms.DropColumns(name))),
            ]);
    }

    private IDataView Mapped(string label)
    {
        // Three values of each column, of its own type.
        var rows = TinyImages.Rows(32);
        foreach (var row in rows)
            (row.Id, row.Order) = (row.Id % 3, (row.Id % 3) + 0.5f);
        var data = _ml.Data.LoadFromEnumerable(rows);
        var map = label == "Label" ? _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.CopyColumns("Class", "Label")) : null;
        return map is null ? Transformed(data, _ml.Transforms.Conversion.MapValueToKey("Class", label)) : map.Fit(data).Transform(data);
    }

    private static IDataView Transformed(IDataView data, IEstimator<ITransformer> estimator) => estimator.Fit(data).Transform(data);

    private sealed class KeyRow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3, TinyImages.Size, TinyImages.Size)]
        public byte[] Image { get; set; } = [];
    }
}
