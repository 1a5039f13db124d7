using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using LogitNormTool.Prediction;

namespace LogitNormTool.Scoring;

/// <summary>Answers as a table of columns in an Arrow file, which pandas, Polars, DuckDB and Spark read without parsing.</summary>
/// <remarks>
/// A batch of rows is a file of rows. Columns have the names of the JSON objects. What is null there is null here, and so is the error of an image that
/// can be read.
/// </remarks>
internal sealed class ArrowTable : IDisposable
{
    private static readonly Schema _schema = new(
        [
            new("image", StringType.Default, nullable: false),
            new("prediction", StringType.Default, nullable: true),
            new("probability", FloatType.Default, nullable: true),
            new("oodScore", FloatType.Default, nullable: true),
            new("unusualness", FloatType.Default, nullable: true),
            new("outOfDistribution", BooleanType.Default, nullable: false),
            new("error", StringType.Default, nullable: true),
        ],
        metadata: null);

    private readonly ArrowFileWriter _writer;

    /// <param name="stream">Where it is written; it stays open.</param>
    public ArrowTable(Stream stream) => _writer = new(stream, _schema, leaveOpen: true);

    /// <summary>Whether a file is to be such a table, by its name.</summary>
    public static bool IsMeant(string path) => Path.GetExtension(path).ToLowerInvariant() is ".arrow" or ".feather";

    /// <summary>Adds rows.</summary>
    public void Add(IReadOnlyList<Answer> rows)
    {
        using var batch = new RecordBatch(
            _schema,
            [
                Text(row => row.Image), Text(row => row.Prediction),
                Numbers(row => row.Probability), Numbers(row => row.OodScore), Numbers(row => row.Unusualness),
                new BooleanArray.Builder().AppendRange(rows.Select(row => row.OutOfDistribution)).Build(), Text(row => row.Error),
            ],
            rows.Count);
        _writer.WriteRecordBatch(batch);

        StringArray Text(Func<Answer, string?> value) => new StringArray.Builder().AppendRange(rows.Select(value)).Build();

        FloatArray Numbers(Func<Answer, float?> value)
            => rows.Select(value).Aggregate(new FloatArray.Builder(), (column, number) => column.Append(number)).Build();
    }

    /// <summary>Writes the file's end; without it the file is none.</summary>
    public void End() => _writer.WriteEnd();

    public void Dispose() => _writer.Dispose();
}
