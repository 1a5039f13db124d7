namespace Microsoft.ML.LogitNorm;

/// <summary>How a model is written as ONNX.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// Rows to compare the file with the model on, as the whole model takes them, such as its test set. Null for
    /// <see cref="CheckedRows"/> rows of noise in the network's own input, which tell less of the decision: nearly all of them are out of distribution.
    /// </summary>
    public IDataView? CheckData { get; set; }

    /// <summary>At most so many rows are compared; at least 1.</summary>
    public int CheckedRows { get; set; } = 64;

    /// <summary>
    /// What a value of the network may differ by, as a share of the largest value of its row and of the usual one of all rows together, beside a millionth; a
    /// score, whose formula may subtract large numbers, by ten times that. Between two libraries that sum in another order 1e-5 is usual.
    /// </summary>
    public double Tolerance { get; set; } = 1e-4;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckedRows, 1);
        if (!(Tolerance > 0 && double.IsFinite(Tolerance)))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance is a number above 0, such as 1e-4.");
    }
}
