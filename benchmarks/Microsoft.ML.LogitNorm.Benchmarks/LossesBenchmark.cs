using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Benchmarks;

/// <summary>Each training loss with its gradient, on a batch of 128 and 10 classes, against TorchSharp's own cross-entropy.</summary>
public class LossesBenchmark
{
    private const int Rows = 128, Classes = 10, Features = 128;

    private static readonly TrainingLoss[] s_losses =
    [
        TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(), TrainingLoss.LogitPenalty(), TrainingLoss.ExtendedLogitNorm(),
    ];

    private Tensor _logits = null!, _embedding = null!, _weight = null!, _labels = null!;
    private DisposeScope _scope = null!;

    public static IEnumerable<TrainingLoss> Losses => s_losses;

    [GlobalSetup]
    public void SetUp()
    {
        TorchRuntime.EnsureAvailable();
        manual_seed(1);
        _scope = NewDisposeScope();
        _logits = randn(Rows, Classes).requires_grad_();
        _embedding = rand(Rows, Features).requires_grad_();
        _weight = randn(Classes, Features).requires_grad_();
        _labels = randint(0, Classes, [Rows], dtype: int64);
    }

    [GlobalCleanup]
    public void CleanUp() => _scope.Dispose();

    /// <summary>What the others are measured by.</summary>
    [Benchmark(Baseline = true)]
    public void TorchCrossEntropy()
    {
        using var scope = NewDisposeScope();
        nn.functional.cross_entropy(_logits, _labels).backward();
    }

    /// <summary>A loss of the library.</summary>
    [Benchmark]
    [ArgumentsSource(nameof(Losses))]
    public void Loss(TrainingLoss loss)
    {
        using var scope = NewDisposeScope();
        loss.Compute(new(_logits, _embedding, _weight, _labels, 0.5)).backward();
    }
}
