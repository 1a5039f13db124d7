using Shared.CommandLine;

namespace PaperBenchmark.Datasets;

/// <summary>A set is not there, which leaves a gap in a table but does not stop the other sets.</summary>
internal sealed class MissingDatasetException(string name, string message) : InputException(message)
{
    /// <summary>The set's name.</summary>
    public string Dataset { get; } = name;
}
