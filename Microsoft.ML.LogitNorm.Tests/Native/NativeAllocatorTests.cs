namespace Microsoft.ML.LogitNorm.Tests.Native;

/// <summary>What glibc is told, and what happens where it refuses.</summary>
[TestFixture]
public sealed class NativeAllocatorTests
{
    private const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3;
    private const int Megabyte = 1 << 20;

    [TestCase(1024, new[] { MmapThreshold, TrimThreshold, TopPad }, 1024, TestName = "KeepFreedMemory_NewGlibc_MapsFromAGigabyte")]
    [TestCase(32, new[] { MmapThreshold, MmapThreshold, TrimThreshold, TopPad }, 32, TestName = "KeepFreedMemory_OldGlibc_MapsFrom32Megabytes")]
    public void KeepFreedMemory_TheLargestSizeThatIsTaken(int mostMegabytes, int[] calls, int takenMegabytes)
    {
        var glibc = new Glibc(mostMegabytes * Megabyte);
        Assert.That(NativeAllocator.KeepFreedMemory(glibc.Set), Is.True);
        Assert.That(glibc.Calls, Is.EqualTo(calls));
        Assert.That(glibc.MapFrom, Is.EqualTo(takenMegabytes * Megabyte));
    }

    [Test]
    public void KeepFreedMemory_NoSizeIsTaken_SetsNothing()
    {
        var glibc = new Glibc(mostMapFrom: Megabyte);
        Assert.That(NativeAllocator.KeepFreedMemory(glibc.Set), Is.False);
        Assert.That(glibc.Calls, Is.All.EqualTo(MmapThreshold));
        Assert.That(glibc.AdjustsItself, Is.True, "a setting that is taken would keep the size at 128 KB");
    }

    [TestCase(TrimThreshold)]
    [TestCase(TopPad)]
    public void KeepFreedMemory_ALaterSettingIsRefused_SaysSo(int refused)
        => Assert.That(NativeAllocator.KeepFreedMemory((parameter, _) => parameter == refused ? 0 : 1), Is.False);

    [Test]
    [Platform("Linux")]
    public void KeepFreedMemory_OnThisMachine_Holds() => Assert.That(NativeAllocator.KeepFreedMemory(), Is.True);

    /// <summary>mallopt as glibc's malloc.c has it.</summary>
    private sealed class Glibc(int mostMapFrom)
    {
        public List<int> Calls { get; } = [];

        public int MapFrom { get; private set; } = 128 << 10;

        public bool AdjustsItself { get; private set; } = true;

        public int Set(int parameter, int value)
        {
            Calls.Add(parameter);
            if (parameter == MmapThreshold && value > mostMapFrom)
                return 0;
            if (parameter == MmapThreshold)
                MapFrom = value;
            AdjustsItself = false;
            return 1;
        }
    }
}
