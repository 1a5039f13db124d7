using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>What was written as ONNX, and how it compares with the model.</summary>
/// <param name="Input">The name of the input, that of the column that the network takes.</param>
/// <param name="InputShape">Its shape without the batch: [channels, height, width] of images, [features] of vectors; the type is Single.</param>
/// <param name="Outputs">The outputs, each [batch, length].</param>
/// <param name="Opset">The version of ONNX's operators.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="RowsCompared">Rows that file and model were compared on.</param>
/// <param name="LeftOut">The transformers that are not part of the file, in the model's order: those in front of the network have to be done before it.</param>
public sealed record OnnxExport(
    string Input,
    IReadOnlyList<int> InputShape,
    IReadOnlyList<OnnxOutput> Outputs,
    int Opset,
    long Bytes,
    int RowsCompared,
    IReadOnlyList<string> LeftOut)
{
    /// <summary>The shape of the input without the batch.</summary>
    public IReadOnlyList<int> InputShape { get; init => field = ValueList.Of(value); } = ValueList.Of(InputShape);

    /// <summary>The outputs, each [batch, length].</summary>
    public IReadOnlyList<OnnxOutput> Outputs { get; init => field = ValueList.Of(value); } = ValueList.Of(Outputs);

    /// <summary>The transformers that are not part of the file, in the model's order.</summary>
    public IReadOnlyList<string> LeftOut { get; init => field = ValueList.Of(value); } = ValueList.Of(LeftOut);

    /// <summary>
    /// Whether the model was trained on vectors whose channels come last, [height, width, channels]: the file takes planes, [channels, height, width], as all
    /// exported files do, so what made those vectors must be told to make planes.
    /// </summary>
    public bool ChannelsWereLast { get; init; }

    /// <summary>All of it in words; the same in every culture.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Invariant($"ONNX, opset {Opset}, {Bytes / 1e6:0.0} MB\ninput  {Input}: Single[batch, {string.Join(", ", InputShape)}]"));
        if (ChannelsWereLast)
            text.Append("\n       planes, though the model's own vectors have their channels last: extract pixels in planes for the file");
        foreach (var output in Outputs)
            text.Append(Invariant($"\noutput {output.Name}: {output.Type}[batch, {output.Length}], ")).Append(
                double.IsNaN(output.LargestDifference)
                    ? Invariant($"{output.Differing} of {RowsCompared} rows differ from the model")
                    : Invariant($"at most {output.LargestDifference:0.0e+0} from the model on {RowsCompared} rows")
                    + (output.Differing > 0 ? Invariant($", {output.Differing} of them by a rank") : ""));
        if (LeftOut.Count > 0)
            text.Append($"\nleft out: {string.Join(", ", LeftOut)}");
        return text.ToString();
    }
}
