using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.LogitNorm.Tests.Native;

/// <summary>Where oneDNN keeps what it believes of the processor's caches, and that nothing else is written to.</summary>
[TestFixture]
public sealed class OneDnnCachesTests
{
    // As Xbyak::util::Cpu holds them: other fields, ten sizes, ten numbers of cores that share a cache, the number of caches.
    private static uint[] Words(uint[] sizes, uint[] cores, uint levels)
        => [7, 0, 1, 2, .. sizes, .. new uint[10 - sizes.Length], .. cores, .. new uint[10 - cores.Length], levels, 0, 0, 0];

    [Test]
    public void LevelsIn_ThreeCachesOfOneByte_IsWhereTheirNumberStands()
    {
        var words = Words([1, 1, 1], [1, 2, 2], 3);
        Assert.That(OneDnnCaches.LevelsIn(words), Is.EqualTo(24));
        Assert.That(words[24], Is.EqualTo(3));
    }

    [Test]
    public void LevelsIn_AnythingElse_IsNull()
    {
        Assert.That(OneDnnCaches.LevelsIn(Words([48 << 10, 2 << 20, 300 << 20], [1, 1, 2], 3)), Is.Null, "caches that are told");
        Assert.That(OneDnnCaches.LevelsIn(Words([1, 1, 1], [1, 1, 1], 2)), Is.Null, "another number");
        Assert.That(OneDnnCaches.LevelsIn(Words([1, 1, 1], [1, 0, 1], 3)), Is.Null, "a cache that no core has");
        Assert.That(OneDnnCaches.LevelsIn(Words([1, 1, 1, 1], [1, 1, 1], 3)), Is.Null, "a fourth cache");
        Assert.That(OneDnnCaches.LevelsIn(new uint[40]), Is.Null);
        Assert.That(OneDnnCaches.LevelsIn([1, 1, 1]), Is.Null, "cut off");
    }

    /// <summary>The object is found in the libtorch of this process, through the symbols of its file, and left as it is where its caches are told.</summary>
    [Test]
    [Platform("Linux")]
    public void Mend_CachesAreTold_FindsTheObjectAndChangesNothing()
    {
        Assume.That(ProcessorCaches.AreHidden, Is.False, "they are mended here already");
        var path = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().Single(module => module.ModuleName == "libtorch_cpu.so").FileName;
        Assert.That(NativeLibrary.TryLoad("torch_cpu", typeof(TorchSharp.torch).Assembly, null, out var library), Is.True);
        Assert.That(OneDnnCaches.CpuOf(library, path), Is.Not.Zero, "without this symbol, hidden caches would cost several times the time");
        Assert.That(OneDnnCaches.Mend(library, path), Is.False);
    }

    [Test]
    public void Mend_FileIsNoLibrary_IsFalse()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["libtorch_cpu.so"], "no library");
        Assert.That(NativeLibrary.TryLoad("torch_cpu", typeof(TorchSharp.torch).Assembly, null, out var library), Is.True);
        Assert.That(OneDnnCaches.Mend(library, folder["libtorch_cpu.so"]), Is.False);
        Assert.That(OneDnnCaches.Mend(library, folder["missing.so"]), Is.False);
    }
}
