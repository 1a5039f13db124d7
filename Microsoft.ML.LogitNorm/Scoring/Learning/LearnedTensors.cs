using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Compares what a score has learned, or what a file says that it has, with what the score declares (<see cref="OodScore.Learned"/>).</summary>
internal static class LearnedTensors
{
    /// <summary>Checks names, types and shapes.</summary>
    /// <param name="score">The score, which declares them.</param>
    /// <param name="from">What it was learned from; null for a score that learns nothing.</param>
    /// <param name="found">What there is.</param>
    /// <exception cref="InvalidDataException">Something is missing, too many, of another type or shape, or does not fit the rest.</exception>
    public static void CheckShapes(OodScore score, LearnedScore.Sizes? from, IEnumerable<(string Name, ScalarType Type, long[] Shape)> found)
    {
        var declared = Declared(score, from);
        var byName = found.ToDictionary(tensor => tensor.Name);
        var sizes = new Dictionary<string, long>();
        foreach (var tensor in declared)
        {
            if (!byName.Remove(tensor.Name, out var own))
                throw new InvalidDataException($"it lacks {tensor}, which the score {score.Name} has learned.");
            if (own.Type != tensor.Type || own.Shape.Length != tensor.Shape.Count || !own.Shape.Zip(tensor.Shape, Fits).All(fits => fits))
                throw new InvalidDataException(
                    $"it holds {new TensorFile.Entry(own.Name, own.Type, own.Shape)} where the score {score.Name} has learned {tensor}{Bound()}.");
        }
        if (byName.Count > 0)
            throw new InvalidDataException($"it holds '{byName.Keys.First()}', which the score {score.Name} does not learn.");

        bool Fits(long size, LearnedTensor.Dimension expected)
            => size >= expected.Least && size <= expected.Most && (expected.Symbol is not { } symbol || sizes.TryAdd(symbol, size) || sizes[symbol] == size);

        string Bound() => string.Concat(sizes.Select(size => $"; {size.Key} is {size.Value}"));
    }

    /// <summary>Checks values: all of them finite, and ascending where they are looked up.</summary>
    /// <param name="score">The score.</param>
    /// <param name="from">What it was learned from.</param>
    /// <param name="found">What there is, of the right names, types and shapes.</param>
    /// <exception cref="InvalidDataException">A value is NaN or infinite, or out of order.</exception>
    public static void CheckValues(OodScore score, LearnedScore.Sizes? from, IReadOnlyDictionary<string, Tensor> found)
    {
        foreach (var tensor in Declared(score, from))
        {
            using var scope = NewDisposeScope();
            var values = found[tensor.Name];
            if (!TensorData.IsFinite(values))
                throw new InvalidDataException($"'{tensor.Name}' has a value that is NaN or infinite.");
            if (tensor.Ascends
                && values.shape[0] > 1
                && !values.narrow(0, 1, values.shape[0] - 1).ge(values.narrow(0, 0, values.shape[0] - 1)).all().item<bool>())
                throw new InvalidDataException($"the values of '{tensor.Name}' do not ascend.");
        }
    }

    private static IReadOnlyList<LearnedTensor> Declared(OodScore score, LearnedScore.Sizes? from) => from is null ? [] : score.Learned(from);
}
