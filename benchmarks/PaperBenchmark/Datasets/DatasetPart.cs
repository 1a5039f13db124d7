namespace PaperBenchmark.Datasets;

/// <summary>Which images of a set. Sets that are only ever met as out-of-distribution images have nothing but a test part.</summary>
internal enum DatasetPart
{
    Train,
    Test,
}
