using Shared.Images;

namespace PaperBenchmark.Datasets;

/// <summary>What is to be loaded.</summary>
/// <param name="Name">What the set is called in tables and errors.</param>
/// <param name="Part">Which of its images.</param>
/// <param name="Size">Width and height that the images get.</param>
/// <param name="Limit">At most so many images, evenly over the set, and over its classes where it has some; all when null.</param>
/// <param name="Unreadable">Told of images that cannot be decoded; they are left out.</param>
/// <param name="Cancellation">Stops the loading.</param>
internal sealed record DatasetRequest(
    string Name, DatasetPart Part, int Size, int? Limit, Action<UnreadableImage> Unreadable, CancellationToken Cancellation)
{
    /// <summary><c>train</c> or <c>test</c>, as folders and files call it.</summary>
    public string PartName => Part.ToString().ToLowerInvariant();
}
