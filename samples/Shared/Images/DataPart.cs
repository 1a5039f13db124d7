namespace Shared.Images;

/// <summary>A part of a data set that is asked for.</summary>
public enum DataPart
{
    Train,
    Test,
}
