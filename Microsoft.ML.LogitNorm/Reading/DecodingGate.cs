namespace Microsoft.ML.LogitNorm;

/// <summary>Lets as many images be decoded at the same time, by all threads of the process, as have so many pixels together; or one, however large.</summary>
/// <remarks>A decoded pixel takes four bytes, and what a decoder keeps beside it is of that order.</remarks>
internal static class DecodingGate
{
    // Ten photos of 12 megapixels; two of 60 wait for each other.
    private const long MostPixels = 128_000_000;

    private static readonly object _gate = new();
    private static long _pixels;

    /// <summary>Waits until there is room.</summary>
    /// <param name="pixels">How many the image has.</param>
    /// <returns>To be disposed of once the image is decoded and its memory is free.</returns>
    public static IDisposable Enter(long pixels)
    {
        lock (_gate)
        {
            while (_pixels > 0 && _pixels + pixels > MostPixels)
                Monitor.Wait(_gate);
            _pixels += pixels;
        }
        return new Turn(pixels);
    }

    private sealed class Turn(long pixels) : IDisposable
    {
        public void Dispose()
        {
            lock (_gate)
            {
                _pixels -= pixels;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
