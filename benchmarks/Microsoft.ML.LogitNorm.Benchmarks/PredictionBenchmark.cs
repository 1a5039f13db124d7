using BenchmarkDotNet.Attributes;
using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm.Benchmarks.EndToEnd;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks;

/// <summary>What ML.NET's rows and columns cost beside the network itself, on one so small, WRN-10-1, that it shows.</summary>
[MemoryDiagnoser]
public class PredictionBenchmark
{
    private const int Rows = 256;

    private readonly MLContext _ml = new(seed: 1);
    private readonly SyntheticImages.Row[] _rows = [.. SyntheticImages.Rows(Rows)];
    private LogitNormModel _model = null!;
    private PredictionEngine<SyntheticImages.Row, Prediction> _engine = null!;
    private IDataView _transformed = null!;
    private TorchSharp.torch.Tensor _pixels = null!;
    private Prediction _prediction = new();

    [GlobalSetup]
    public void SetUp()
    {
        _model = _ml.MulticlassClassification.Trainers.LogitNorm(new LogitNormTrainer.Options
        {
            Backbone = Backbone.WideResNet(10, 1),
            BatchSize = 16,
            Epochs = 1,
        })
            .Fit(_ml.Data.LoadFromEnumerable(_rows));
        _engine = _ml.Model.CreatePredictionEngine<SyntheticImages.Row, Prediction>(_model);
        _transformed = _model.Transform(_ml.Data.LoadFromEnumerable(_rows));
        _pixels = randint(0, 256, [Rows, SyntheticImages.Side, SyntheticImages.Side, SyntheticImages.Channels], dtype: ScalarType.Byte);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _pixels.Dispose();
        _engine.Dispose();
        _model.Dispose();
    }

    /// <summary>The network on 256 images that lie there as a tensor.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Rows)]
    public void Network()
    {
        for (var row = 0; row < Rows; row += 128)
        {
            using var scope = NewDisposeScope();
            _model.Network.Forward(_pixels.narrow(0, row, 128));
        }
    }

    /// <summary>The same 256 images as rows of a data view, mapped to scores.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int RowMapping() => _transformed.GetColumn<float[]>("Score").Count();

    /// <summary>One image through the engine.</summary>
    [Benchmark]
    public void Predict() => _engine.Predict(_rows[0], ref _prediction);

    private sealed class Prediction
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}
