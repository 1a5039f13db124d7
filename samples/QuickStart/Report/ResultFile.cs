using System.Text.Json;
using System.Text.Json.Serialization;
using Shared.Files;

namespace QuickStart.Report;

/// <summary>What <c>result.json</c> holds: every figure of a run, as fractions, for programs to read.</summary>
internal sealed record ResultFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
    };

    public required int Seed { get; init; }

    /// <summary>The network, as <c>WideResNet(16, 1)</c>.</summary>
    public required string Backbone { get; init; }

    /// <summary>Passes of the last run over the training images, in a whole file LogitNorm's; each run has its own.</summary>
    public required int Epochs { get; init; }

    /// <summary>The augmentation of the training images.</summary>
    public string? Augmentation { get; init; }

    /// <summary>What was trained on: a path, or the name of the built-in set.</summary>
    public string? Data { get; init; }

    public int? Classes { get; init; }

    public int? TrainRows { get; init; }

    public int? CalibrationRows { get; init; }

    public int? TestRows { get; init; }

    /// <summary>The share of known images that the detector was asked to reject at most.</summary>
    public double? AskedFalseAlarmRate { get; init; }

    /// <summary>One per training loss.</summary>
    public required IReadOnlyList<LossResult> Runs { get; init; }

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    /// <exception cref="InvalidDataException">The file is not of this kind.</exception>
    public static ResultFile Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<ResultFile>(stream, Json) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is no result file: {e.Message}", e);
        }
    }
}
