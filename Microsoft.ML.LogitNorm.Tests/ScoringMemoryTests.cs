using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>
/// Scoring for hours must not fill the memory. The environment variable LOGITNORM_MEMORY_ROWS asks for more rows than the few that fit
/// into a normal run, such as a million; a fiftieth of them goes through a prediction engine, one by one.
/// </summary>
[Category("Memory")]
[NonParallelizable]
public sealed class ScoringMemoryTests
{
    private const int DefaultRows = 20_000;
    private const long AllowedGrowth = 50L << 20;

    private readonly MLContext _ml = new(seed: 1);
    private readonly Row[] _rows = [.. Enumerable.Range(0, 500).Select(Row.Random)];

    private static int Rows
        => int.TryParse(Environment.GetEnvironmentVariable("LOGITNORM_MEMORY_ROWS"), CultureInfo.InvariantCulture, out var rows) ? rows : DefaultRows;

    [Test]
    public void DataView_ManyRows_DoesNotGrowTheProcess()
    {
        using var app = App();
        var view = app.Transform(_ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(i => _rows[i % _rows.Length])));
        using var cursor = view.GetRowCursor(view.Schema);
        var readers = Array.ConvertAll(["Name", "PredictedLabel", "Score", "Logits", "Embedding", "OodScore", "OodConfidence", "IsOutOfDistribution"], Reader);
        Action Reader(string column) => ReadInto(cursor, view.Schema[column]);
        Watch(Rows, _ =>
        {
            Assert.That(cursor.MoveNext(), Is.True);
            foreach (var read in readers)
                read();
        });
        Assert.That(cursor.MoveNext(), Is.False);
    }

    [Test]
    public void PredictionEngine_ManyRows_DoesNotGrowTheProcess()
    {
        using var app = App();
        using var engine = _ml.Model.CreatePredictionEngine<Row, TinyImages.Prediction>(app, new PredictionEngineOptions { OwnsTransformer = false });
        Watch(Rows / 50, i => engine.Predict(_rows[i % _rows.Length]));
    }

    [Test]
    public void Transform_ManyTimesOver_DoesNotGrowTheProcess()
    {
        using var app = App();
        var data = _ml.Data.LoadFromEnumerable(_rows.Take(3).ToArray());
        Watch(Rows / 200, _ => Assert.That(app.Transform(data).GetColumn<float>("OodScore").Count(), Is.EqualTo(3)));
    }

    [Test]
    public void LoadAndDispose_ManyTimesOver_DoesNotGrowTheProcess()
    {
        var data = _ml.Data.LoadFromEnumerable(_rows.Take(3).ToArray());
        using var model = UntrainedModel.Create(_ml, shape: Row.Shape, backbone: Backbone.WideResNet(10, 4));   // 5 MB of weights
        var file = ModelFile.Of(_ml, model, data.Schema);
        // TorchSharp never counts down for a tensor that became a parameter, so the tensors cannot be counted here;
        // models that stayed would show by their weights.
        Watch(Rows / 1000, countTensors: false, work: _ =>
        {
            using var loaded = (IDisposable)file.Load(_ml, out var _);
            Assert.That(((ITransformer)loaded).Transform(data).GetColumn<uint>("PredictedLabel").Count(), Is.EqualTo(3));
        });
    }

    /// <summary>Does the work so many times; after the first tenth, neither tensors nor memory may grow.</summary>
    private static void Watch(int times, Action<int> work, bool countTensors = true)
    {
        var clock = Stopwatch.StartNew();
        var (tensors, memory) = (0L, 0L);
        for (var tenth = 1; tenth <= 10; tenth++)
        {
            for (var i = (int)(times * (tenth - 1L) / 10); i < (int)(times * (long)tenth / 10); i++)
                work(i);
            TestContext.Out.WriteLine(
                FormattableString.Invariant($"{tenth * 10,3} %  {times * (long)tenth / 10,9} times  {clock.Elapsed.TotalSeconds,6:F1} s  ")
                + FormattableString.Invariant($"{Environment.WorkingSet / 1048576.0,7:F1} MB  {torch.Tensor.TotalCount} tensors"));
            if (tenth == 1)
                (tensors, memory) = (torch.Tensor.TotalCount, Environment.WorkingSet);
            if (countTensors)
                Assert.That(torch.Tensor.TotalCount, Is.LessThanOrEqualTo(tensors), "live tensors");
            Assert.That(Environment.WorkingSet - memory, Is.LessThanOrEqualTo(AllowedGrowth), $"bytes grown since the first tenth, after {tenth * 10} %");
        }
    }

    private static Action ReadInto(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType switch
    {
        var type when type == typeof(VBuffer<float>) => Typed<VBuffer<float>>(row, column),
        var type when type == typeof(ReadOnlyMemory<char>) => Typed<ReadOnlyMemory<char>>(row, column),
        var type when type == typeof(uint) => Typed<uint>(row, column),
        var type when type == typeof(bool) => Typed<bool>(row, column),
        _ => Typed<float>(row, column),
    };

    private static Action Typed<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var (get, value) = (row.GetGetter<T>(column), default(T)!);
        return () => get(ref value);
    }

    private TransformerChain<OodDetectorTransformer> App()
    {
        var model = UntrainedModel.Create(_ml, shape: Row.Shape);
        var scored = new TransformerChain<LogitNormModel>(model)
            .Append(_ml.Transforms.OodScore(OodScores.MaxSoftmax()).Fit(model.Transform(_ml.Data.LoadFromEnumerable(_rows))));
        return scored.Append(_ml.Transforms.OodDetector(0.05).Fit(scored.Transform(_ml.Data.LoadFromEnumerable(_rows))));
    }

    private sealed class Row
    {
        public const int Size = 4;

        public static readonly ImageShape Shape = new(3, Size, Size);

        public string Name { get; set; } = "";

        [VectorType(3, Size, Size)]
        public byte[] Image { get; set; } = [];

        public static Row Random(int number)
        {
            var pixels = new byte[3 * Size * Size];
            new Random(number).NextBytes(pixels);
            return new() { Name = $"row {number}", Image = pixels };
        }
    }
}
