using BenchmarkDotNet.Attributes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.LogitNorm.Benchmarks;

/// <summary>The score GradNorm, per row: the closed form against what the paper's code does, a backward pass for each row.</summary>
public class GradNormBenchmark
{
    private const int Rows = 10_000, RowsWithGradient = 100, Classes = 10, Features = 128;

    private static readonly OodScore s_gradNorm = OodScores.GradNorm();

    private Linear _head = null!;
    private Tensor _embedding = null!, _uniform = null!;
    private OodBatch _batch;

    [GlobalSetup]
    public void SetUp()
    {
        TorchRuntime.EnsureAvailable();
        manual_seed(1);
        _head = Linear(Features, Classes);
        _embedding = rand(Rows, Features);
        _uniform = full([1, Classes], 1.0 / Classes);
        _batch = new(_head.call(_embedding).detach(), _embedding, null, null, new Dictionary<string, Tensor>());
        RequireEqual(s_gradNorm.Compute(_batch)[..RowsWithGradient], Autograd());
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _batch.Logits!.Dispose();
        _uniform.Dispose();
        _embedding.Dispose();
        _head.Dispose();
    }

    /// <summary>One product of two norms for each row, all rows at once.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public float[] ClosedForm() => s_gradNorm.Compute(_batch);

    /// <summary>The gradient of the divergence from uniform with respect to the head's weight, one row at a time.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = RowsWithGradient)]
    public float[] Autograd()
    {
        var scores = new float[RowsWithGradient];
        for (var row = 0; row < scores.Length; row++)
        {
            using var scope = NewDisposeScope();
            _head.zero_grad();
            (-(_uniform * functional.log_softmax(_head.call(_embedding.narrow(0, row, 1)), 1)).sum()).backward();
            scores[row] = -Classes * _head.weight.grad!.abs().sum().ToSingle();
        }
        return scores;
    }

    // What is timed must be the same thing.
    private static void RequireEqual(float[] closedForm, float[] autograd)
    {
        for (var row = 0; row < autograd.Length; row++)
            if (Math.Abs(closedForm[row] - autograd[row]) > 1e-3 * Math.Abs(autograd[row]))
                throw new InvalidOperationException($"Row {row}: the closed form gives {closedForm[row]}, autograd {autograd[row]}.");
    }
}
