using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Errors of <see cref="OodScore.Learn(in OodBatch)"/>: which score, what it found, and what to do.</summary>
internal static class LearningError
{
    /// <summary>Throws if a class has too few rows.</summary>
    /// <param name="score">The score.</param>
    /// <param name="counts">Rows of each class, [C].</param>
    /// <param name="least">The fewest that will do.</param>
    /// <param name="rows">What kind of rows they are.</param>
    /// <param name="remedy">What to do.</param>
    /// <exception cref="OodScoreException">A class has fewer.</exception>
    public static void ThrowIfFewerRows(OodScore score, Tensor counts, long least, string rows, string remedy)
    {
        var few = counts.cpu().data<long>().ToArray().Index().Where(count => count.Item < least).ToArray();
        if (few.Length > 0)
            throw new OodScoreException(
                $"The score {score.Name} needs {rows} of each class, at least {least}: "
                + $"{string.Join(", ", few.Take(10).Select(count => $"class {count.Index} has {count.Item}"))}{(few.Length > 10 ? ", …" : "")} "
                + $"(counted from 0). {remedy}");
    }
}
