using System.Text.Json;

namespace Microsoft.ML.LogitNorm;

/// <summary>A training's state on disk, whole at every moment, by which it goes on after it was stopped.</summary>
internal sealed class TrainingCheckpoint
{
    private readonly string _path;
    private readonly TrainingCheckpointFile.Training _training;

    private TrainingCheckpoint(string path, TrainingCheckpointFile.Training training, int epoch, TimeSpan elapsed, int bestEpoch)
        => (_path, _training, Epoch, Elapsed, BestEpoch) = (path, training, epoch, elapsed, bestEpoch);

    /// <summary>The training's seed.</summary>
    public int Seed => _training.Seed;

    /// <summary>Epochs in the file; 0 where there is none yet.</summary>
    public int Epoch { get; private set; }

    /// <summary>The best of the epochs that were in the file when it was opened; 0 where there was none.</summary>
    public int BestEpoch { get; }

    /// <summary>Time that they took.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Finds out, before time is spent, whether the file can be written, and makes its folder where there is none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void CheckWritable(string path)
    {
        try
        {
            WholeFile.CheckWritable(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"CheckpointFile '{path}' cannot be written: {e.Message} Name a file in a folder that can be written to, or null for no checkpoints.", e);
        }
    }

    /// <summary>The seed of the training in a file; null where there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or no checkpoint.</exception>
    public static int? SeedIn(string path) => File.Exists(path) ? TrainingCheckpointFile.ReadHeader(path).Training.Seed : null;

    /// <summary>Begins a training, or goes on with the one in the file.</summary>
    /// <param name="path">The file, which need not be there.</param>
    /// <param name="settings">What is trained with; see <see cref="TrainingSettings"/>.</param>
    /// <param name="data">The hash of the training rows.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or no checkpoint.</exception>
    /// <exception cref="InvalidOperationException">The file is of another training.</exception>
    public static TrainingCheckpoint Open(string path, Dictionary<string, JsonElement> settings, string data, int seed)
    {
        if (!File.Exists(path))
            return new(path, new(seed, data, settings), epoch: 0, TimeSpan.Zero, bestEpoch: 0);
        var file = TrainingCheckpointFile.ReadHeader(path);
        var differences = TrainingSettings.Differences(file.Training.Settings, settings, TrainingSettings.Defaults);
        if (seed != file.Training.Seed)
            differences.Add($"Seed was {file.Training.Seed} and is {seed}");
        if (data != file.Training.Data)
            differences.Add("the pixels, the labels or the order of the training rows were others");
        return differences.Count == 0
            ? new(path, file.Training, file.Epoch, file.Elapsed, file.Best?.Epoch ?? 0)
            : throw new InvalidOperationException(
                $"CheckpointFile '{path}' is of another training: {string.Join("; ", differences)}. "
                + "Set them back, name another file, or delete this one to start anew.");
    }

    /// <summary>Brings the training to the file's state, if there is one.</summary>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public void Restore(TrainingState state)
    {
        if (Epoch > 0)
            TrainingCheckpointFile.Restore(_path, state);
    }

    /// <summary>Keeps the state after an epoch.</summary>
    /// <exception cref="IOException">It cannot be written; the file stays as it was.</exception>
    public void Save(int epoch, TimeSpan elapsed, TrainingState state)
    {
        try
        {
            TrainingCheckpointFile.Write(_path, new(epoch, elapsed, _training, state.Best?.Best), state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var left = Epoch > 0 ? $"It still holds epoch {Epoch}: fix this and train again to go on from there." : "Fix this and train again.";
            throw new IOException($"CheckpointFile '{_path}' could not be written after epoch {epoch}: {e.Message} {left}", e);
        }
        (Epoch, Elapsed) = (epoch, elapsed);
    }
}
