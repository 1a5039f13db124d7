using Microsoft.ML.LogitNorm.Tests.Reference;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Networks;

/// <summary>The rules of wrn.json and networks.json, by which two implementations get the same weights without exchanging a file.</summary>
internal static class ClosedForm
{
    /// <summary>Parameter l in order gets a sin(f i + l) over its row-major elements i, batch norm weights 1 more; running mean 0.05, variance 1.2.</summary>
    /// <remarks>a and f, the amplitude and the frequency, stand in the file.</remarks>
    public static void Fill(ClassifierNetwork network)
    {
        var rule = ReferenceNumbers.Read<Rule>("wrn.json");
        Fill(network, rule.Frequency, _ => rule.Amplitude);
    }

    /// <summary>The same with amplitudes that keep deep networks' features at about 1: a / √inputs for weights of several inputs, 0.3 for all else.</summary>
    public static void FillByInputs(ClassifierNetwork network, double amplitude, double frequency)
        => Fill(network, frequency, shape => shape.Length == 1 ? 0.3 : amplitude / Math.Sqrt(shape[1..].Aggregate(1.0, (product, size) => product * size)));

    private static void Fill(ClassifierNetwork network, double frequency, Func<long[], double> amplitude)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var normWeights = network.modules().OfType<BatchNormLayer>().Select(norm => norm.Weight.Handle).ToHashSet();
        foreach (var (index, (_, parameter)) in network.named_parameters().Index())
        {
            var offset = normWeights.Contains(parameter.Handle) ? 1 : 0;
            parameter.copy_(Sines((int)parameter.numel(), amplitude(parameter.shape), frequency, index, offset).reshape(parameter.shape));
        }

        foreach (var norm in network.modules().OfType<BatchNormLayer>())
        {
            norm.RunningMean.fill_(0.05);
            norm.RunningVariance.fill_(1.2);
        }
    }

    /// <summary>Two images [2, 3, side, side] of sin(0.011 i + 0.5).</summary>
    public static Tensor Input(int side = 32) => Sines(2 * 3 * side * side, 1, 0.011, 0.5).reshape(2, 3, side, side);

    // In double until the end: the sines' arguments are large.
    private static Tensor Sines(int count, double amplitude, double frequency, double phase, double offset = 0)
        => tensor(Enumerable.Range(0, count).Select(i => (float)(offset + amplitude * Math.Sin(frequency * i + phase))).ToArray());

    private sealed record Rule(double Amplitude, double Frequency);
}
