using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>Watches the p-values of images one after the other, and says when they look more unusual than the calibration rows and those before them.</summary>
/// <remarks>
/// <para>
/// The promise: in any number of images that are no different from the calibration rows, the false alarms are on average at most that number divided by
/// <see cref="Threshold"/>, the first one included, so that the chance of any within <see cref="Options.OverImages"/> from the start is at most
/// <see cref="Options.FalseAlarms"/>. It holds for every number of calibration rows and however many images come; the mean is over the draw of both.
/// </para>
/// <para>
/// A conformal test martingale: place by place (<see cref="Add"/>) each image's p-value among calibration rows <em>and</em> all earlier images lies in an
/// interval [a, b] of p-values that are uniform if nothing has changed. A bet k in (0, 1) multiplies its capital by the mean of k pᵏ⁻¹ over it,
/// (bᵏ − aᵏ) / (b − a), which is 1 on average. A new unit is put on each bet with each image, R ← (R + 1) · factor (Shiryaev and Roberts), so that R less
/// the number of images is a martingale that starts at 0; <see cref="Evidence"/> is the mean R of the bets, and an alarm is raised where it reaches the
/// threshold. It bets on small p-values only: scores that tie make them larger, and images that look more usual raise no alarm.
/// Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2nd edition 2022, chapter 8; Vovk et al., "Retrain or not retrain: conformal test
/// martingales for change-point detection", COPA 2021, arXiv 2102.10439. Any number of threads may share one.
/// </para>
/// </remarks>
public sealed partial class DriftDetector
{
    // From "a few images look like nothing known" to "all look a little more unusual".
    private static readonly double[] _bets = [0.1, 0.3, 0.5, 0.7, 0.9];

    private readonly Lock _lock = new();
    private readonly Options _options;
    private readonly RankUrn[] _urns;
    private readonly double[] _evidence;
    private long _images;
    private long? _changedAt;

    /// <summary>For the p-values of a detector with one calibration for all rows.</summary>
    /// <param name="calibrationRows">How many rows the detector was calibrated on, at least 1.</param>
    /// <param name="options">How often it may be wrong.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="calibrationRows"/> is less than 1.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public DriftDetector(int calibrationRows, Options options)
        : this([calibrationRows], options)
    {
    }

    /// <summary>For the p-values of a detector, whose <see cref="OodDetectorTransformer.Report"/> tells how many rows it has, or each class.</summary>
    /// <param name="report">What the detector was calibrated on.</param>
    /// <param name="options">How often it may be wrong.</param>
    /// <exception cref="ArgumentNullException"><paramref name="report"/> or <paramref name="options"/> is null.</exception>
    public DriftDetector(OodDetectorReport report, Options options)
        : this(Rows(report), options)
    {
    }

    private DriftDetector(int[] calibrationRows, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var rows in calibrationRows)
            if (rows < 1)
                throw new ArgumentOutOfRangeException(nameof(calibrationRows), rows, "A p-value needs at least 1 calibration row.");
        (_options, _urns, _evidence) = (options, [.. calibrationRows.Select(RankUrn.Of)], new double[_bets.Length]);
    }

    /// <summary>Goes on where another one was.</summary>
    /// <param name="state">Its <see cref="State"/>. It belongs to the detector that made the p-values: with another model begin anew.</param>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    /// <exception cref="ArgumentException">It is no detector's: the message says what is wrong.</exception>
    public DriftDetector(DriftState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Check(_bets.Length);
        (_options, _urns, _evidence) = (state.Options, [.. state.Places.Select(counts => new RankUrn([.. counts]))], [.. state.Evidence]);
        (_images, _changedAt) = (state.Images, state.ChangedAt);
    }

    /// <summary>
    /// The evidence that raises an alarm, <see cref="Options.OverImages"/> / <see cref="Options.FalseAlarms"/>: how many quiet images there are to a false
    /// alarm, on average at least.
    /// </summary>
    public double Threshold => _options.OverImages / _options.FalseAlarms;

    /// <summary>How much speaks for a change, at least 0: on average at most one more with each quiet image, and factors once they have changed.</summary>
    public double Evidence
    {
        get
        {
            lock (_lock)
                return _evidence.Average();
        }
    }

    /// <summary>How many images were seen.</summary>
    public long Images
    {
        get
        {
            lock (_lock)
                return _images;
        }
    }

    /// <summary>Whether an alarm stands: the images have changed.</summary>
    public bool HasChanged => ChangedAt is not null;

    /// <summary>The image that raised it, counted from 1; null where none stands.</summary>
    public long? ChangedAt
    {
        get
        {
            lock (_lock)
                return _changedAt;
        }
    }

    /// <summary>All that it knows at this moment.</summary>
    public DriftState State
    {
        get
        {
            lock (_lock)
                return new()
                {
                    Options = _options,
                    Places = [.. _urns.Select(urn => urn.Counts)],
                    Evidence = [.. _evidence],
                    Images = _images,
                    ChangedAt = _changedAt,
                };
        }
    }

    /// <summary>Takes the next image in. An alarm stays until <see cref="Restart"/>; images that come meanwhile are counted, and change nothing else.</summary>
    /// <param name="pValue">
    /// 1 − <c>OodConfidence</c>, one of 1 / (n + 1), … 1 for n calibration rows. Leave out rows without an image: they have no score.
    /// </param>
    /// <param name="predictedClass">
    /// Which of the detector's thresholds the p-value is by, counted from 0, for a detector with one for each predicted class: the key of the predicted label
    /// less 1.
    /// </param>
    /// <returns><see cref="HasChanged"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such threshold, or so many calibration rows give no such p-value.</exception>
    public bool Add(double pValue, int predictedClass = 0)
    {
        if (predictedClass < 0 || predictedClass >= _urns.Length)
            throw new ArgumentOutOfRangeException(
                nameof(predictedClass), predictedClass, Invariant($"The detector has {_urns.Length} thresholds, counted from 0; expected one of them."));
        var place = Place(pValue, _urns[predictedClass].CalibrationRows);
        lock (_lock)
        {
            _images++;
            if (_changedAt is null)
                Bet(_urns[predictedClass], place);
            return _changedAt is not null;
        }
    }

    /// <summary>Lets an alarm that was looked into rest, and begins anew from what is known of the images before it.</summary>
    /// <remarks>
    /// The images before the alarm stay in the comparison, which keeps the promise: a calibration that is unlucky, with fewer high scores than it should have,
    /// would raise alarms for ever if they were forgotten. After a change that is to stay, calibrate a new detector on the new images.
    /// </remarks>
    public void Restart()
    {
        lock (_lock)
        {
            _changedAt = null;
            Array.Clear(_evidence);
        }
    }

    /// <summary>What it promises and where it stands, the same in every culture.</summary>
    public override string ToString()
    {
        var state = State;
        return state.ChangedAt is { } at
            ? Invariant($"The images have changed, as of image {at}; at most one false alarm in {Threshold:0} images.")
            : Invariant($"No change in {state.Images} images; evidence {state.Evidence.Average():0.##} of {Threshold:0}.");
    }

    private static int[] Rows(OodDetectorReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return [.. report.Thresholds.Select(threshold => threshold.Rows)];
    }

    // p = (1 + place) / (n + 1), and has been a float, or was rounded to six digits.
    private static int Place(double pValue, int calibrationRows)
    {
        var place = pValue * (calibrationRows + 1.0) - 1;
        var whole = Math.Round(place);
        if (!(whole >= 0 && whole <= calibrationRows && Math.Abs(place - whole) <= Math.Max(0.01, calibrationRows * 1e-6)))
            throw new ArgumentOutOfRangeException(
                nameof(pValue), pValue,
                Invariant($"With {calibrationRows} calibration rows a p-value is k / {calibrationRows + 1L} for a whole k from 1 on. ")
                    + "Give 1 − OodConfidence of the detector that this one was made for.");
        return (int)whole;
    }

    private void Bet(RankUrn urn, int place)
    {
        var (low, high) = urn[place];
        for (var i = 0; i < _bets.Length; i++)
            _evidence[i] = (_evidence[i] + 1) * (Math.Pow(high, _bets[i]) - Math.Pow(low, _bets[i])) / (high - low);
        urn.Add(place);
        if (_evidence.Average() >= Threshold)
            _changedAt = _images;
    }
}
