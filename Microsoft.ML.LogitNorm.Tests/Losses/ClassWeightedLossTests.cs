using System.Text.Json.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm.Tests.Losses;

/// <summary>A row of weight k counts as k rows, in every loss, in value and gradient.</summary>
public sealed class ClassWeightedLossTests
{
    private const int Classes = 3, Features = 4;

    private static readonly long[] _labels = [0, 1, 2, 0, 1, 0];
    private static readonly float[] _weights = [1, 2, 5];

    private static readonly TrainingLoss[] _losses =
    [
        TrainingLoss.CrossEntropy(), TrainingLoss.LogitNorm(0.1), TrainingLoss.LogitPenalty(0.3), TrainingLoss.ExtendedLogitNorm(),
    ];

    [Test]
    public void Losses_AreAllHere()
        => Assert.That(
            typeof(TrainingLoss).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false).Select(kind => ((JsonDerivedTypeAttribute)kind).DerivedType),
            Is.EquivalentTo(_losses.Select(loss => loss.GetType())));

    [TestCaseSource(nameof(_losses))]
    public void Compute_Weighted_IsThatOfRepeatedRows(TrainingLoss loss)
    {
        using var scope = NewDisposeScope();
        var weighted = Gradients(loss, [.. Enumerable.Range(0, _labels.Length)], tensor(_weights));
        var repeated = Gradients(loss, [.. Enumerable.Range(0, _labels.Length).SelectMany(row => Enumerable.Repeat(row, (int)_weights[_labels[row]]))], null);
        var plain = Gradients(loss, [.. Enumerable.Range(0, _labels.Length)], null);
        Assert.That(weighted, Is.EqualTo(repeated).Within(1e-5));
        Assert.That(weighted[0], Is.Not.EqualTo(plain[0]).Within(1e-3), "weights make a difference");
    }

    [TestCaseSource(nameof(_losses))]
    public void Compute_EqualWeights_ChangeNothing(TrainingLoss loss)
    {
        using var scope = NewDisposeScope();
        int[] rows = [.. Enumerable.Range(0, _labels.Length)];
        Assert.That(Gradients(loss, rows, tensor(new[] { 7f, 7, 7 })), Is.EqualTo(Gradients(loss, rows, null)).Within(1e-5));
    }

    // By hand: the logits are the embedding's first three, the loss of a row is log Σ exp f − f_y.
    [Test]
    public void CrossEntropy_TwoRows_IsTheWeightedMean()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[,] { { 0f, 0, 0 }, { 1, 0, 0 } });
        var found = TrainingLoss.CrossEntropy().Compute(new(logits, logits, eye(3), tensor(new long[] { 0, 2 }), 0, tensor(new[] { 1f, 1, 3 })));
        Assert.That(found.item<float>(), Is.EqualTo(((1 * Math.Log(3)) + (3 * Math.Log(Math.E + 2))) / 4).Within(1e-6));
    }

    /// <summary>The loss, and its gradient by embedding (of each of the six rows) and head weight.</summary>
    private static float[] Gradients(TrainingLoss loss, int[] rows, Tensor? weights)
    {
        using var generator = new Generator(1, CPU);
        var embedding = randn([_labels.Length, Features], generator: generator).requires_grad_();
        var head = randn([Classes, Features], generator: generator).requires_grad_();
        var chosen = embedding.index_select(0, tensor(rows.Select(row => (long)row).ToArray()));
        var labels = tensor(rows.Select(row => _labels[row]).ToArray());
        var value = loss.Compute(new(chosen.mm(head.t()), chosen, head, labels, Progress: 0.3, weights));
        value.backward();
        return [value.item<float>(), .. embedding.grad!.data<float>(), .. head.grad!.data<float>()];
    }
}
