namespace WebApp.Cards;

/// <summary>What is known of a model.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Version">The first digits of the file's SHA-256.</param>
/// <param name="FileBytes">The file's size.</param>
/// <param name="LoadedAt">When it was loaded.</param>
/// <param name="Classes">The names of its classes.</param>
/// <param name="Network">The network, in words.</param>
/// <param name="Parameters">The number of its weights.</param>
/// <param name="LooksAt">What it looks at, in words.</param>
/// <param name="Temperature">By which the logits are divided to give calibrated probabilities; null where they are not.</param>
/// <param name="Score">The out-of-distribution score.</param>
/// <param name="Detector">What the decision promises, in words.</param>
/// <param name="FalseAlarmRate">At most this share of known images is called out of distribution.</param>
/// <param name="Confidence">The probability, over the draw of the calibration images, with which that holds; null where it holds in their mean.</param>
/// <param name="CalibrationRows">The number of images that it was calibrated on.</param>
internal sealed record ModelCard(
    string Name,
    string Version,
    long FileBytes,
    DateTimeOffset LoadedAt,
    IReadOnlyList<string> Classes,
    string Network,
    long Parameters,
    string LooksAt,
    double? Temperature,
    string Score,
    string Detector,
    double FalseAlarmRate,
    double? Confidence,
    int CalibrationRows);
