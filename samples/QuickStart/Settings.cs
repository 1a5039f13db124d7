using Microsoft.ML.LogitNorm;

namespace QuickStart;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    /// <summary>A folder or zip with the user's images; null for the painted signs.</summary>
    public string? Data { get; init; }

    /// <summary>A folder or zip with images to test on; null to look for it in <see cref="Data"/>, or to hold some out.</summary>
    public string? Test { get; init; }

    /// <summary>Each NAME=PATH, or the name of a generated set.</summary>
    public required IReadOnlyList<string> Ood { get; init; }

    /// <summary>Passes over the training images, with both losses; null for the defaults of the picture set.</summary>
    public int? Epochs { get; init; }

    /// <summary>The network; null for the default of the picture set.</summary>
    public Backbone? Backbone { get; init; }

    public required double Tau { get; init; }

    /// <summary>Share of the steps in which tau falls to its value; null for the default of the picture set.</summary>
    public double? TauWarmup { get; init; }

    public required int ImageSize { get; init; }

    public required bool Flip { get; init; }

    /// <summary>Side of the square that is cut out of training images, in pixels; 0 for none, null for the default of the picture set.</summary>
    public int? Cutout { get; init; }

    /// <summary>At most this many images per class and part; null for all.</summary>
    public int? Limit { get; init; }

    public required int Seed { get; init; }

    /// <summary>Number of the GPU to train on; null for the CPU.</summary>
    public int? GpuDeviceId { get; init; }

    public required double FalseAlarmRate { get; init; }

    public required string Output { get; init; }
}
