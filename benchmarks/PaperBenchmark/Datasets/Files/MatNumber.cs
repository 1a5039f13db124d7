namespace PaperBenchmark.Datasets.Files;

/// <summary>How the numbers of a MATLAB file are stored; the values are the format's.</summary>
internal enum MatNumber
{
    Int8 = 1,
    UInt8 = 2,
    Int16 = 3,
    UInt16 = 4,
    Int32 = 5,
    UInt32 = 6,
    Single = 7,
    Double = 9,
}
