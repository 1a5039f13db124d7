using System.Text.Json.Serialization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Appends <c>OodConfidence</c> and <c>IsOutOfDistribution</c>; made by <see cref="OodDetectorEstimator"/>.</summary>
public sealed class OodDetectorTransformer : RowToRowTransformer
{
    internal const string LoaderSignature = "LogitNormOodDetector";

    private const string Scores = "Scores";

    private static readonly ModelFormat _format = new(
        "out-of-distribution decision", "LNOODDET", LoaderSignature, Written: 0x00010003, ReadableFrom: 0x00010003, OldestRead: 0x00010002);

    private readonly DetectorCalibration _calibration;
    private readonly DetectorColumns _columns;

    internal OodDetectorTransformer(IHostEnvironment env, DetectorCalibration calibration, DetectorColumns columns)
        : base(env)
        => (_calibration, _columns) = (calibration, columns);

    /// <summary>At most this share of in-distribution rows is called out of distribution; <see cref="Report"/> says in what sense.</summary>
    public double FalseAlarmRate => _calibration.FalseAlarmRate;

    /// <summary>How many rows it was calibrated on.</summary>
    public int CalibrationCount => _calibration.Rows;

    /// <summary>What it was calibrated on, where it draws the line, and what it promises, in words by its <c>ToString</c>.</summary>
    public OodDetectorReport Report => _calibration.ToReport();

    /// <summary>What it decides by.</summary>
    internal DetectorCalibration Calibration => _calibration;

    /// <summary>The columns that it reads and appends.</summary>
    internal DetectorColumns Columns => _columns;

    private protected override ModelFormat Format => _format;

    private protected override RowMap Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new DetectorRowMap(
            inputSchema, ScoreColumn.Find(inputSchema, _columns.Score), _calibration.Classes?.FindAlike(inputSchema), _columns, _calibration);
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Json(
            "Calibration",
            new Saved(_columns, _calibration.FalseAlarmRate, _calibration.Confidence, _calibration.ClassRows, _calibration.Classes?.Classes),
            saved => saved.Check());
        writer.Vector("Calibration", Scores, _calibration.Scores);
    }

    private static OodDetectorTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        var reader = new ModelReader(context, _format);
        var saved = reader.Json<Saved>("Calibration", read => read.Check());
        var classes = saved.ClassRows is { } rows ? new PredictedClassColumn(saved.Columns.PredictedLabel!, rows.Count, saved.Classes) : null;
        var calibration = reader.Tensors(
            "Calibration", file => DetectorCalibration.Of(file.ReadVector(Scores), saved.FalseAlarmRate, saved.Confidence, saved.ClassRows, classes));
        return new(env, calibration, saved.Columns);
    }

    // Version 2 had no confidence and no classes: what is missing is null.
    private sealed record Saved(
        DetectorColumns Columns,
        double FalseAlarmRate,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Confidence = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<int>? ClassRows = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClassValues? Classes = null)
    {
        public void Check()
        {
            Columns.Check();
            ConformalCalibration.RequiredRows(FalseAlarmRate, Confidence);
            Classes?.Check();
            if (Columns.PredictedLabel is null != ClassRows is null || (Classes is not null && Classes.Count != ClassRows?.Count) || ClassRows is { Count: 0 })
                throw new InvalidDataException(
                    $"column '{Columns.PredictedLabel}' with {Classes?.Count ?? 0} class values does not go with "
                    + $"{ClassRows?.Count ?? 0} classes' numbers of rows.");
        }
    }

    /// <summary>One look-up a row: nothing to gain from batches.</summary>
    private sealed class DetectorRowMap(
        DataViewSchema input, DataViewSchema.Column score, DataViewSchema.Column? predicted, DetectorColumns columns, DetectorCalibration calibration)
        : RowMap(input, [new(columns.Confidence, NumberDataViewType.Single, null), new(columns.Decision, BooleanDataViewType.Instance, null)])
    {
        public override int BatchSize => 1;

        public override IEnumerable<DataViewSchema.Column> Inputs => predicted is { } column ? [score, column] : [score];

        public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Decision(row, score, predicted, calibration);
    }

    private sealed class Decision(DataViewRow row, DataViewSchema.Column column, DataViewSchema.Column? predicted, DetectorCalibration calibration)
        : RowBatch(row, capacity: 1)
    {
        private readonly ValueGetter<float> _getScore = row.GetGetter<float>(column);
        private readonly ValueGetter<uint>? _getClass = predicted is { } label ? row.GetGetter<uint>(label) : null;
        private readonly bool _mayBeMissing = MissingRows.MayBeIn(column);
        private float _score;
        private uint _class;
        private double _pValue;
        private bool _isOut;

        public override Delegate CreateGetter(int output, Func<int> row)
            => output == 0
                ? (ValueGetter<float>)((ref float value) => value = (float)(1 - PValue(row)))
                : (ValueGetter<bool>)((ref bool value) =>
                {
                    PValue(row);
                    value = _isOut;
                });

        protected override void Read(int row)
        {
            _getScore(ref _score);
            _getClass?.Invoke(ref _class);
        }

        protected override void Compute()
        {
            if (_mayBeMissing && float.IsPositiveInfinity(_score))
            {
                (_pValue, _isOut) = (calibration.PValueOfMissing, true);
                return;
            }
            if (float.IsNaN(_score))
                throw RowError.Naming(Position(0), $"Column '{column.Name}' holds NaN in row {Position(0)} (counted from 0): it cannot be decided on.");
            if (_getClass is not null && _class == 0)
                throw RowError.Naming(
                    Position(0), $"Column '{predicted!.Value.Name}' holds no class in row {Position(0)} (counted from 0): it cannot be decided on.");
            var part = calibration.For(_class);
            _pValue = part.PValue(_score);
            _isOut = part.IsOutOfDistribution(_pValue);
        }

        private double PValue(Func<int> row)
        {
            row();
            EnsureComputed();
            return _pValue;
        }
    }
}
