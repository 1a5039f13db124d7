using TorchSharp;
using static Onnx.TensorProto.Types;

namespace Microsoft.ML.LogitNorm;

/// <summary>Fisher's method on conformal p-values (<see cref="Fuse"/>), and so the default score, in ONNX.</summary>
internal static class FuseFormula
{
    public static OnnxValue Of(ScoredRows rows, Fuse fuse)
        => fuse.Parts.Select((part, i) =>
        {
            var own = rows with { Learned = Fuse.OfPart(rows.Learned, i), Path = $"{rows.Path}/{i}" };
            return Surprise(own, ScoreExport.Of(part, own).To(DataType.Double));
        }).Aggregate((sum, next) => sum + next);

    /// <summary>t of each row, [B, 1].</summary>
    /// <param name="rows">With the ranks of the part.</param>
    /// <param name="score">[B, 1], double.</param>
    private static OnnxValue Surprise(ScoredRows rows, OnnxValue score)
    {
        var ranks = rows.Learned[Fuse.Ranks];
        var count = ranks.shape[0];
        var below = rows.Constant(Fuse.Ranks, sorted => sorted.unsqueeze(0)).IsBelow(score).To(DataType.Double).Sum();
        var surprise = -((count + 1.0 - below) / (count + 1)).Log();
        if (Fuse.TailOf(ranks) is var (from, level, slope))
            surprise = score.IsAbove(score.Number(from)).Choose(((score - from) * slope) + level, surprise);
        return surprise + (score * 0);   // a part that is NaN or infinite makes the sum NaN; by its rank it would be like any other
    }
}
