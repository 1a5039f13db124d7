using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>Appends <c>OodConfidence</c> and <c>IsOutOfDistribution</c>; made by <see cref="OodDetectorEstimator"/>.</summary>
public sealed class OodDetectorTransformer : RowToRowTransformer
{
    internal const string LoaderSignature = "LogitNormOodDetector";

    private const string Scores = "Scores";

    private static readonly ModelFormat _format = new(
        "out-of-distribution decision", "LNOODDET", LoaderSignature, Written: 0x00010002, ReadableFrom: 0x00010002, OldestRead: 0x00010002);

    private readonly ConformalCalibration _calibration;
    private readonly DetectorColumns _columns;

    internal OodDetectorTransformer(IHostEnvironment env, ConformalCalibration calibration, DetectorColumns columns)
        : base(env)
        => (_calibration, _columns) = (calibration, columns);

    /// <summary>At most this share of in-distribution rows is called out of distribution.</summary>
    public double FalseAlarmRate => _calibration.FalseAlarmRate;

    /// <summary>How many rows it was calibrated on.</summary>
    public int CalibrationCount => _calibration.Scores.Length;

    private protected override ModelFormat Format => _format;

    private protected override RowMap Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new DetectorRowMap(inputSchema, ScoreColumn.Find(inputSchema, _columns.Score), _columns, _calibration);
    }

    private protected override void Save(ModelWriter writer)
    {
        writer.Json("Calibration", new Saved(_columns, _calibration.FalseAlarmRate), saved => saved.Check());
        writer.Vector("Calibration", Scores, _calibration.Scores);
    }

    private static OodDetectorTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        var reader = new ModelReader(context, _format);
        var saved = reader.Json<Saved>("Calibration", read => read.Check());
        var calibration = reader.Tensors("Calibration", file => ConformalCalibration.Of(file.ReadVector(Scores), saved.FalseAlarmRate));
        return new(env, calibration, saved.Columns);
    }

    private sealed record Saved(DetectorColumns Columns, double FalseAlarmRate)
    {
        public void Check()
        {
            Columns.Check();
            ConformalCalibration.RequiredRows(FalseAlarmRate);
        }
    }

    /// <summary>One look-up a row: nothing to gain from batches.</summary>
    private sealed class DetectorRowMap(DataViewSchema input, DataViewSchema.Column score, DetectorColumns columns, ConformalCalibration calibration)
        : RowMap(input, [new(columns.Confidence, NumberDataViewType.Single, null), new(columns.Decision, BooleanDataViewType.Instance, null)])
    {
        public override int BatchSize => 1;

        public override IEnumerable<DataViewSchema.Column> Inputs => [score];

        public override RowBatch Open(DataViewRow row, int capacity, Func<int, bool> activeOutput) => new Decision(row, score, calibration);
    }

    private sealed class Decision(DataViewRow row, DataViewSchema.Column column, ConformalCalibration calibration) : RowBatch(row, capacity: 1)
    {
        private readonly ValueGetter<float> _getScore = row.GetGetter<float>(column);
        private float _score;
        private double _pValue;

        public override Delegate CreateGetter(int output, Func<int> row)
            => output == 0
                ? (ValueGetter<float>)((ref float value) => value = (float)(1 - PValue(row)))
                : (ValueGetter<bool>)((ref bool value) => value = calibration.IsOutOfDistribution(PValue(row)));

        protected override void Read(int row) => _getScore(ref _score);

        protected override void Compute()
            => _pValue = !float.IsNaN(_score)
                ? calibration.PValue(_score)
                : throw RowError.Naming(Position(0), $"Column '{column.Name}' holds NaN in row {Position(0)} (counted from 0): it cannot be decided on.");

        private double PValue(Func<int> row)
        {
            row();
            EnsureComputed();
            return _pValue;
        }
    }
}
