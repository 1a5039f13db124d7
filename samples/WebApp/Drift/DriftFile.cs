using System.Text.Json;
using Microsoft.Extensions.Options;
using Shared.Files;
using WebApp.Engines;
using WebApp.Options;

namespace WebApp.Drift;

/// <summary>
/// The file that a drift test is kept in, where one is named: what cannot be read or written is told in the log, and the test goes on without.
/// </summary>
internal sealed class DriftFile(IOptions<WebAppOptions> options, ILogger<DriftFile> log)
{
    private readonly string? _path = string.IsNullOrWhiteSpace(options.Value.DriftFile) ? null : options.Value.DriftFile;
    private string? _said;
    private DriftRecord? _written;

    /// <summary>Whether there is one.</summary>
    public bool IsNamed => _path is not null;

    /// <summary>What was written of a model's test; null where there is nothing of this model.</summary>
    public DriftRecord? Read(ServedModel model)
    {
        if (!File.Exists(_path))
            return null;
        try
        {
            var record = JsonSerializer.Deserialize<DriftRecord>(File.ReadAllBytes(_path)) ?? throw new JsonException("It is empty.");
            if (record.ModelVersion != model.Card.Version)
                return null;
            _ = new DriftDetector(record.Test);   // throws what is wrong
            if (record.Test.Options != new DriftDetector.Options())
                throw new ArgumentException("It promises something else than this version does.");
            if ((record.Since is null) != (record.Test.ChangedAt is null) || record.ImagesSeen < 0)
                throw new ArgumentException("Its figures do not go together.");
            if (!record.Test.Places.Select(places => places.Count - 1).SequenceEqual(model.Detector.Thresholds.Select(threshold => threshold.Rows)))
                throw new ArgumentException("It is of other calibration rows than the model's.");
            return record;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            log.NotRead(_path, e.Message);
            return null;
        }
    }

    /// <summary>Writes a test, unless it is as it was written before.</summary>
    public void Write(DriftRecord record)
    {
        if (_path is null || (_written is { } last && IsSame(last, record)))
            return;
        try
        {
            AtomicFile.Write(_path, stream => JsonSerializer.Serialize(stream, record));
            (_written, _said) = (record, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (_said != e.Message)   // once, however often it is tried again
                log.NotWritten(_path, e.Message);
            _said = e.Message;
        }
    }

    // All that it has changes with the images, but for a new beginning.
    private static bool IsSame(DriftRecord one, DriftRecord other)
        => (one.ModelVersion, one.StartedAt, one.Since, one.ImagesSeen) == (other.ModelVersion, other.StartedAt, other.Since, other.ImagesSeen);
}
