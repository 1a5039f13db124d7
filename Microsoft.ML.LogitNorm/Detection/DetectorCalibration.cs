using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>What a detector decides by: one calibration for all rows, or one for each predicted class.</summary>
/// <remarks>
/// By class it is Mondrian conformal prediction: rows of one predicted class are exchangeable among themselves, so the promise holds for each class on its own.
/// Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, section 4.5.
/// </remarks>
internal sealed class DetectorCalibration
{
    private readonly IReadOnlyList<ConformalCalibration> _parts;

    private DetectorCalibration(IReadOnlyList<ConformalCalibration> parts, PredictedClassColumn? classes) => (_parts, Classes) = (parts, classes);

    /// <summary>The predicted classes; null where one calibration is for all rows.</summary>
    public PredictedClassColumn? Classes { get; }

    /// <summary>At most this share of in-distribution rows is called out of distribution.</summary>
    public double FalseAlarmRate => _parts[0].FalseAlarmRate;

    /// <summary>With this probability over the draw of the calibration rows; null for a promise about their mean.</summary>
    public double? Confidence => _parts[0].Confidence;

    /// <summary>How many rows there were to calibrate on.</summary>
    public int Rows => _parts.Sum(part => part.Scores.Length);

    /// <summary>The calibration scores of all parts, one behind the other, each ascending.</summary>
    public ReadOnlyMemory<float> Scores => _parts is [var alone] ? alone.Scores : _parts.SelectMany(part => part.Scores.ToArray()).ToArray();

    /// <summary>The calibrations: one for all rows, or one for each predicted class in the order of their keys.</summary>
    public IReadOnlyList<ConformalCalibration> Parts => _parts;

    /// <summary>How many rows each class has; null where one calibration is for all rows.</summary>
    public IReadOnlyList<int>? ClassRows => Classes is null ? null : [.. _parts.Select(part => part.Scores.Length)];

    /// <summary>The calibration for rows of a predicted class.</summary>
    /// <param name="key">The class's key, from 1; not looked at where one calibration is for all rows.</param>
    public ConformalCalibration For(uint key) => Classes is null ? _parts[0] : _parts[(int)key - 1];

    /// <summary>One calibration for all rows.</summary>
    public static DetectorCalibration Of(ConformalCalibration calibration) => new([calibration], classes: null);

    /// <summary>The p-value of a row without an image: that of a score above all those of the class that has the fewest rows.</summary>
    public double PValueOfMissing => 1.0 / (_parts.Min(part => part.Scores.Length) + 1);

    /// <summary>A calibration of the rows of a view; those without an image are left out.</summary>
    /// <param name="data">In-distribution rows that the network was not trained on.</param>
    /// <param name="columns">Where score and, for one calibration for each class, predicted class stand.</param>
    /// <param name="falseAlarmRate">In (0, 1).</param>
    /// <param name="confidence">In (0, 1), or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="ArgumentException">There are too few rows, of all or of a class, or a score is NaN.</exception>
    public static (DetectorCalibration Calibration, LeftOutRows LeftOut) Fit(
        IDataView data, DetectorColumns columns, double falseAlarmRate, double? confidence)
    {
        var classes = columns.PredictedLabel is { } predicted ? PredictedClassColumn.Find(data.Schema, predicted) : null;
        var (scores, leftOut) = Read(data, columns.Score, classes);
        if (classes is null)
            return (Of(new ConformalCalibration(CollectionsMarshal.AsSpan(scores[0]), falseAlarmRate, confidence)), leftOut);
        var required = ConformalCalibration.RequiredRows(falseAlarmRate, confidence);
        var few = scores.Index().Where(part => part.Item.Count < required).ToArray();
        if (few.Length > 0)
            throw new ArgumentException(
                ConformalCalibration.Need(falseAlarmRate, confidence, required) + " of each predicted class: "
                + string.Join(", ", few.Take(10).Select(part => Invariant($"'{classes.NameOf(part.Index)}' has {part.Item.Count}")))
                + (few.Length > 10 ? Invariant($", and {few.Length - 10} more have too few") : "")
                + ". Give more rows that the network was not trained on, ask for a higher rate, or leave perClass out.", nameof(data));
        return (new([.. scores.Select(part => new ConformalCalibration(part.ToArray(), falseAlarmRate, confidence))], classes), leftOut);
    }

    /// <summary>The calibration of a file.</summary>
    /// <param name="scores">Its <see cref="Scores"/>, owned from now on.</param>
    /// <param name="falseAlarmRate">Its rate.</param>
    /// <param name="confidence">Its confidence.</param>
    /// <param name="classRows">Its <see cref="ClassRows"/>.</param>
    /// <param name="classes">Its classes.</param>
    /// <exception cref="ArgumentException">As when it was made; or the scores are not those of the classes, or do not ascend.</exception>
    public static DetectorCalibration Of(
        float[] scores, double falseAlarmRate, double? confidence, IReadOnlyList<int>? classRows, PredictedClassColumn? classes)
    {
        if (classes is null || classRows is null)
            return Of(ConformalCalibration.Of(scores, falseAlarmRate, confidence));
        if (classRows.Sum(rows => (long)rows) != scores.Length)
            throw new ArgumentException(
                Invariant($"There are {scores.Length} calibration scores for classes of {classRows.Sum(rows => (long)rows)} rows together."), nameof(scores));
        var parts = new List<ConformalCalibration>();
        var start = 0;
        foreach (var rows in classRows)
        {
            parts.Add(ConformalCalibration.Of(scores[start..(start + rows)], falseAlarmRate, confidence));
            start += rows;
        }
        return new(parts, classes);
    }

    /// <summary>What it promises.</summary>
    public OodDetectorReport ToReport() => new(FalseAlarmRate, Confidence, [.. _parts.Select((part, i)
        => new OodDetectorThreshold(Classes?.NameOf(i), part.Scores.Length, part.Threshold, part.ExpectedFalseAlarmRate))]);

    // The scores of each class, or of all rows as of one.
    private static (List<float>[] Scores, LeftOutRows LeftOut) Read(IDataView data, string scoreColumnName, PredictedClassColumn? classes)
    {
        var score = ScoreColumn.Find(data.Schema, scoreColumnName);
        DataViewSchema.Column[] columns = classes is null ? [score] : [score, data.Schema[classes.Name]];
        using var cursor = data.GetRowCursor([.. columns, .. LeftOutRows.Columns(data.Schema, score)]);
        var getScore = cursor.GetGetter<float>(score);
        var getClass = classes is null ? (ref uint all) => all = 1 : cursor.GetGetter<uint>(columns[1]);
        var leftOut = new LeftOutRows(cursor, score);
        var scores = Enumerable.Range(0, classes?.ClassCount ?? 1).Select(_ => new List<float>()).ToArray();
        var (value, key, row) = (0f, 0u, 0L);
        for (; cursor.MoveNext(); row++)
        {
            getScore(ref value);
            getClass(ref key);
            if (leftOut.IsToldBeside || MissingRows.IsMissing(score, value))
            {
                leftOut.Add(row);
                continue;
            }
            if (float.IsNaN(value))
                throw new ArgumentException(ConformalCalibration.NaN(row), nameof(data));
            if (key == 0)
                throw new ArgumentException(
                    Invariant($"Calibration row {row} (counted from 0) has no predicted class in column '{classes!.Name}'. Drop the row."), nameof(data));
            scores[key - 1].Add(value);
        }
        if (scores.All(part => part.Count == 0) && LeftOutRows.NothingLeft([leftOut], "The calibration data", LeftOutRows.NoOthers) is { } unreadable)
            throw new ArgumentException(unreadable, nameof(data));
        return (scores, leftOut);
    }
}
