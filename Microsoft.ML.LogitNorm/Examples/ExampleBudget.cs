namespace Microsoft.ML.LogitNorm;

/// <summary>How much memory decoded images may take where <see cref="ImageCache.Auto"/> decides.</summary>
/// <remarks>
/// They are put together in the host's memory, twice for a moment, and then moved to the device that trains. On a GPU they share its memory with the network,
/// its gradients and the feature maps of a batch, and training and validation images are there at once: what one set takes, the next does not get.
/// </remarks>
internal sealed class ExampleBudget
{
    /// <summary>
    /// What a GPU may hold of images where its free memory cannot be asked for: as much as any GPU on which these networks are trained can spare.
    /// </summary>
    internal const long UnknownDeviceBytes = 1L << 30;

    private const int ShareOfHost = 4, ShareOfDevice = 2;

    private readonly long _host;
    private readonly bool _deviceIsKnown;
    private long? _device;

    private ExampleBudget(long host, long? device, bool deviceIsKnown) => (_host, _device, _deviceIsKnown) = (host, device, deviceIsKnown);

    /// <summary>What the next set may take, in bytes.</summary>
    public long Most => Math.Min(_host, _device ?? long.MaxValue);

    /// <summary>What <see cref="Most"/> is, for a message.</summary>
    public string Reason => (_device < _host, _deviceIsKnown) switch
    {
        (false, _) => "a quarter of memory",
        (true, true) => "half of the GPU's free memory, less what other images take of it",
        (true, false) => "the most that is kept on a GPU whose free memory libtorch does not tell, less what other images take of it",
    };

    /// <summary>The budget of a training on the CPU.</summary>
    /// <param name="hostBytes">What .NET may use of the host's memory.</param>
    public static ExampleBudget OnHost(long hostBytes) => new(hostBytes / ShareOfHost, null, deviceIsKnown: true);

    /// <summary>The budget of a training on a GPU.</summary>
    /// <param name="hostBytes">What .NET may use of the host's memory.</param>
    /// <param name="freeBytes">What is free of the GPU's; null where that cannot be asked.</param>
    public static ExampleBudget OnDevice(long hostBytes, long? freeBytes)
        => new(hostBytes / ShareOfHost, freeBytes / ShareOfDevice ?? UnknownDeviceBytes, freeBytes is not null);

    /// <summary>Takes a set's bytes from what is left of the device.</summary>
    public void Take(long bytes) => _device -= bytes;
}
