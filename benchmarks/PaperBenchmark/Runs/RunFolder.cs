using System.Text.Json;
using Shared.CommandLine;
using Shared.Files;

namespace PaperBenchmark.Runs;

/// <summary>The folder of a run, and where its parts lie in it.</summary>
/// <remarks>
/// <c>run.json</c>: options and machine. <c>epochs.csv</c>: a line for each epoch. <c>checkpoint</c>: the state of a training that is not finished.
/// <c>model.zip</c>: the trained model, as ML.NET saves it. <c>trained.json</c>: written last; a folder that has it is finished.
/// <c>diverged.json</c>: why it never will be. <c>scores/SET.csv</c>: what the network and the scores made of each
/// image of a set.
/// </remarks>
/// <param name="Path">The folder.</param>
internal sealed record RunFolder(string Path)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The folder of a run below the output folder.</summary>
    public static RunFolder Of(string output, RunOptions options) => new(System.IO.Path.Combine(output, "runs", options.Hash));

    public string Checkpoint => At("checkpoint");

    public string Epochs => At("epochs.csv");

    public string Model => At("model.zip");

    public bool IsTrained => File.Exists(At("trained.json"));

    /// <summary>The file with what became of each image of a set.</summary>
    public string Scores(string set) => System.IO.Path.Combine(Path, "scores", $"{set}.csv");

    /// <summary>Writes down what the run is, before it starts.</summary>
    public void WriteDescription(RunDescription description) => Write("run.json", description);

    /// <summary>What the run is; null if it has never been started.</summary>
    public RunDescription? ReadDescription() => Read<RunDescription>("run.json");

    /// <summary>Marks the run as finished.</summary>
    public void WriteTrained(TrainedRun trained) => Write("trained.json", trained);

    /// <summary>How the training went; null if it is not finished.</summary>
    public TrainedRun? ReadTrained() => Read<TrainedRun>("trained.json");

    /// <summary>Marks the run as one whose training diverged: it would again.</summary>
    public void WriteDiverged(Divergence divergence) => Write("diverged.json", divergence);

    /// <summary>Why the training was given up; null if it was not.</summary>
    public Divergence? ReadDiverged() => Read<Divergence>("diverged.json");

    /// <summary>Writes down which images and scores the files in <c>scores</c> are of.</summary>
    public void WriteEvaluation(Evaluation evaluation) => Write("evaluation.json", evaluation);

    /// <summary>Which images and scores there are; an empty list where none are.</summary>
    public Evaluation ReadEvaluation() => Read<Evaluation>("evaluation.json") ?? new([]);

    /// <summary>Keeps other processes from working on the run until it is disposed of; null if one does already.</summary>
    public IDisposable? TryLock()
    {
        Directory.CreateDirectory(Path);
        try
        {
            return new FileStream(At("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException) when (File.Exists(At("lock")))
        {
            return null;
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private void Write<T>(string name, T value) => AtomicFile.Write(At(name), JsonSerializer.Serialize(value, _json));

    private T? Read<T>(string name)
        where T : class
    {
        if (!File.Exists(At(name)))
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(At(name)), _json) ?? throw new JsonException("it is empty.");
        }
        catch (JsonException e)
        {
            throw new InputException($"'{At(name)}' is damaged: {e.Message} Delete the folder '{Path}' to make the run anew.", e);
        }
    }
}
