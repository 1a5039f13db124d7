using System.Runtime.InteropServices;

namespace Microsoft.ML.LogitNorm.Tests.Native;

/// <summary>Where oneDNN keeps what it believes of the processor's caches, and that nothing else is written to.</summary>
[TestFixture]
public sealed class OneDnnCachesTests
{
    // As Xbyak::util::Cpu holds them: features, a flag, cores and threads; ten sizes, ten numbers of cores that share a cache, how many of them there are.
    private static uint[] Words(uint[] sizes, uint[] sharing, uint levels)
        => [9, 8, 7, 6, 0, 1, 2, .. sizes, .. new uint[10 - sizes.Length], .. sharing, .. new uint[10 - sharing.Length], levels, 0];

    [TestCase(3u, Description = "as oneDNN takes them")]
    [TestCase(0u, Description = "mended already")]
    public void IsWrong_ThreeCachesOfOneByte(uint levels) => Assert.That(OneDnnCaches.IsWrong(Words([1, 1, 1], [1, 2, 2], levels)), Is.True);

    [Test]
    public void IsWrong_AnythingElse_IsFalse()
    {
        Assert.That(OneDnnCaches.IsWrong(Words([48 << 10, 2 << 20, 300 << 20], [1, 1, 2], 3)), Is.False, "caches that are told");
        Assert.That(OneDnnCaches.IsWrong(Words([1, 1, 1], [1, 1, 1], 2)), Is.False, "another number");
        Assert.That(OneDnnCaches.IsWrong(Words([1, 1, 1], [1, 0, 1], 3)), Is.False, "a cache that no core has");
        Assert.That(OneDnnCaches.IsWrong(Words([1, 1, 1, 1], [1, 1, 1], 3)), Is.False, "a fourth cache");
        Assert.That(OneDnnCaches.IsWrong(Words([1, 1, 1], [1, 1, 1, 1], 3)), Is.False, "shared by a fourth number of cores");
        Assert.That(OneDnnCaches.IsWrong(new uint[OneDnnCaches.Words]), Is.False);
    }

    /// <summary>The object is found in the libtorch of this process, through the symbols of its file; where caches are told, with their sizes.</summary>
    [Test]
    [Platform("Linux")]
    public void CpuOf_ThisLibTorch_IsWhatTheRemarksSay()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Ignore("oneDNN keeps this for x64 alone.");
        var library = TorchRuntime.FindLibTorch()!.Value;
        var cpu = OneDnnCaches.CpuOf(library);
        Assert.That(cpu, Is.Not.EqualTo(nint.Zero), "without this symbol, hidden caches would cost several times the time");
        var words = new int[OneDnnCaches.Words];
        Marshal.Copy(cpu, words, 0, words.Length);
        if (ProcessorCaches.AreHidden)
        {
            Assert.That(OneDnnCaches.IsWrong([.. words.Select(word => (uint)word)]), Is.True);
            Assert.That(words[OneDnnCaches.LevelsAt], Is.Zero, "mended");
            Assert.That(OneDnnGuard.IsOff, Is.False);
            return;
        }
        var levels = words[OneDnnCaches.LevelsAt];
        Assert.That(levels, Is.InRange(0, OneDnnCaches.MaxLevels));
        Assert.That(words.Skip(OneDnnCaches.SizesAt).Take(levels), Is.All.GreaterThanOrEqualTo(8 << 10));
        Assert.That(words.Skip(OneDnnCaches.SharingAt).Take(levels), Is.All.Positive);
        Assert.That(OneDnnCaches.Mend(library), Is.False, "there is nothing to mend");
        Assert.That(Marshal.ReadInt32(cpu, sizeof(int) * OneDnnCaches.LevelsAt), Is.EqualTo(levels));
    }

    [Test]
    public void CpuOf_FileThatIsNotTheLoadedOne_IsZero()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.so"], "no library");
        File.WriteAllBytes(folder["empty.so"], []);
        var other = Path.Combine(TestContext.CurrentContext.TestDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        foreach (var path in new[] { folder["text.so"], folder["empty.so"], folder["missing.so"], folder.Path, other })
            Assert.That(OneDnnCaches.CpuOf(path, start: 0, landmark: 1), Is.EqualTo(nint.Zero), path);
    }
}
