using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests.Detection;

/// <summary>Detectors in files: of any number of calibration rows, and damaged ones.</summary>
public sealed class OodDetectorFileTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void SaveAndLoad_SevenMillionRows_DecidesTheSame()
    {
        var random = new Random(1);
        var scores = new float[7_000_000];
        foreach (ref var score in scores.AsSpan())
            score = random.NextSingle();
        var detector = new OodDetectorTransformer(
            _ml, DetectorCalibration.Of(new ConformalCalibration(scores, 0.05)), new("OodScore", "OodConfidence", "IsOutOfDistribution"));
        var rows = _ml.Data.LoadFromEnumerable(
            [new Row { OodScore = 0.1f }, new Row { OodScore = 0.94f }, new Row { OodScore = 0.96f }, new Row { OodScore = float.PositiveInfinity }]);
        var loaded = (OodDetectorTransformer)ModelFile.Of(_ml, detector, rows.Schema).Load(new MLContext(), out _);
        Assert.That(loaded.CalibrationCount, Is.EqualTo(7_000_000));
        foreach (var column in (string[])["OodConfidence", "IsOutOfDistribution"])
            Assert.That(ColumnValues.Read(loaded.Transform(rows), column), Is.EqualTo(ColumnValues.Read(detector.Transform(rows), column)));
    }

    [Test]
    public void SaveAndLoad_InfiniteScores_AreKept()
    {
        var detector = Detector([float.NegativeInfinity, float.PositiveInfinity, -0f, 0, 1, 2, 3, 4, 5]);
        var file = File(detector);
        Assert.That(File((OodDetectorTransformer)file.Load(_ml, out _)).Read("Calibration.safetensors"), Is.EqualTo(file.Read("Calibration.safetensors")));
    }

    [Test]
    public void Load_ScoresThatCannotBe_AreRefused()
    {
        var file = File(Detector([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
        AssertRefused(tensors => tensors["Scores"][3] = torch.tensor(float.NaN), "is NaN");
        AssertRefused(tensors => tensors["Scores"] = tensors["Scores"].flip(0), "do not ascend");
        AssertRefused(tensors => tensors["Scores"] = tensors["Scores"].narrow(0, 0, 8).contiguous(), "needs at least 9 calibration rows, found 8");
        AssertRefused(tensors => tensors["Scores"] = tensors["Scores"].unsqueeze(0), "Scores Float32[1, 10] where");
        AssertRefused(tensors => tensors["Scores"] = tensors["Scores"].to(torch.float64), "Scores Float64[10] where");
        AssertRefused(tensors => tensors["More"] = tensors["Scores"], "More Float32[10] where");
        AssertRefused(tensors => tensors.Remove("Scores"), "nothing where");

        void AssertRefused(Action<Dictionary<string, torch.Tensor>> change, string says)
            => Assert.That(file.WithTensors("Calibration.safetensors", change).LoadError(_ml), Is.TypeOf<InvalidDataException>().With.Message
                .StartsWith("The out-of-distribution decision in this model file is damaged: entry 'Calibration.safetensors':").And.Message.Contains(says));
    }

    private OodDetectorTransformer Detector(float[] scores) 
        => new(_ml, DetectorCalibration.Of(new ConformalCalibration(scores, 0.1)), new("OodScore", "OodConfidence", "IsOutOfDistribution"));

    private ModelFile File(OodDetectorTransformer detector) => ModelFile.Of(_ml, detector, _ml.Data.LoadFromEnumerable([new Row()]).Schema);

    private sealed class Row
    {
        public float OodScore { get; set; }
    }
}
