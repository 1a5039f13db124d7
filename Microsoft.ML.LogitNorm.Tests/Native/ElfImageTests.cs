namespace Microsoft.ML.LogitNorm.Tests.Native;

// The Linux library of the TorchSharp package lies in the output folder of every platform.
public sealed class ElfImageTests
{
    private static readonly IReadOnlyDictionary<string, string> SymbolOf = GlibcxxRelaxation.SymbolOf;
    private byte[] _stock = [];

    [OneTimeSetUp]
    public void ReadStockLibrary()
        => _stock = File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));

    [Test]
    public void Relax_StockLibrary_ChangesTwoFlagsAndTwoSymbols()
    {
        var relaxed = _stock.ToArray();

        var versions = new ElfImage(relaxed).Relax(SymbolOf);

        var changes = _stock.Zip(relaxed).Where(pair => pair.First != pair.Second).ToList();
        Assert.That(versions, Is.EqualTo(2));
        Assert.That(changes, Has.Count.EqualTo(4));
        Assert.That(changes.Select(change => (int)change.Second).Order(), Is.EqualTo(new[] { 1, 1, 2, 2 }));
    }

    [Test]
    public void Relax_Twice_ChangesNothingMore()
    {
        var once = _stock.ToArray();
        new ElfImage(once).Relax(SymbolOf);
        var twice = once.ToArray();

        new ElfImage(twice).Relax(SymbolOf);

        Assert.That(twice.AsSpan().SequenceEqual(once));
    }

    [Test]
    public void Relax_VersionThatIsNotAskedFor_ChangesNothing()
    {
        var image = _stock.ToArray();

        var versions = new ElfImage(image).Relax(new Dictionary<string, string> { ["GLIBCXX_9.9.9"] = "symbol" });

        Assert.That(versions, Is.Zero);
        Assert.That(image.AsSpan().SequenceEqual(_stock));
    }

    [Test]
    public void Relax_AnotherSymbolNeedsTheVersion_NamesItAndChangesNothing()
    {
        var image = _stock.ToArray();

        Assert.That(
            () => new ElfImage(image).Relax(new Dictionary<string, string>(SymbolOf) { ["GLIBCXX_3.4.30"] = "expected" }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("condition_variable").And.Message.Contains("expected"));
        Assert.That(image.AsSpan().SequenceEqual(_stock));
    }

    [Test]
    public void Relax_Truncated_Throws()
    {
        // Whole up to the section headers at its end, of which the last ones are not read.
        int[] lengths = [.. Enumerable.Range(0, 200), .. Enumerable.Range(1, 199).Select(i => i * (_stock.Length / 200))];

        foreach (var length in lengths)
            Assert.That(() => new ElfImage(_stock.AsSpan(0, length)).Relax(SymbolOf), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
    }

    [TestCase((byte)0x00)]
    [TestCase((byte)0x7F)]
    [TestCase((byte)0xFF)]
    public void Relax_DamagedTables_EndsWithoutOtherErrors(byte damage)
    {
        // The ELF header, and of the sections up to the versions needed the headers, and those versions themselves.
        var headers = (int)BitConverter.ToInt64(_stock, 0x28);
        var needed = Enumerable.Range(0, 30).First(section => BitConverter.ToUInt32(_stock, headers + section * 64 + 4) == 0x6ffffffe);
        var versions = (int)BitConverter.ToInt64(_stock, headers + needed * 64 + 0x18);
        int[] positions = [.. Enumerable.Range(0, 64), .. Enumerable.Range(headers, (needed + 1) * 64), .. Enumerable.Range(versions, 0x200)];
        var image = _stock.ToArray();

        foreach (var position in positions)
        {
            var whole = image[position];
            image[position] = damage;
            Assert.That(EndsOrRefuses(() => new ElfImage(image).Relax(SymbolOf)), Is.True, $"byte {position}");
            image[position] = whole;
        }
    }

    [Test]
    public void FunctionsNamed_StockLibrary_AreWhereTheyAre()
    {
        // One that it has, one that it asks another library for, a piece of data, and none.
        var places = new ElfImage(_stock).FunctionsNamed("THSTensor_arange", "_Unwind_Resume", "_DYNAMIC", "THSTensor_arang");
        Assert.That(places[0], Is.InRange(1, _stock.Length));
        Assert.That(places.Skip(1), Is.All.Null);
    }

    [Test]
    public void FunctionsNamed_Truncated_Throws()
    {
        foreach (var length in Enumerable.Range(1, 49).Select(i => i * (_stock.Length / 50)))
            Assert.That(
                () => { _ = new ElfImage(_stock.AsSpan(0, length)).FunctionsNamed("THSTensor_arange"); },
                Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
    }

    [TestCase((byte)0x00)]
    [TestCase((byte)0x7F)]
    [TestCase((byte)0xFF)]
    public void FunctionsNamed_DamagedTables_EndsWithoutOtherErrors(byte damage)
    {
        var headers = (int)BitConverter.ToInt64(_stock, 0x28);
        var sections = BitConverter.ToUInt16(_stock, 0x3C);
        var table = Enumerable.Range(0, sections).First(section => BitConverter.ToUInt32(_stock, headers + section * 64 + 4) == 2);
        var symbols = (int)BitConverter.ToInt64(_stock, headers + table * 64 + 0x18);
        var image = _stock.ToArray();
        foreach (var position in Enumerable.Range(headers + table * 64, 128).Concat(Enumerable.Range(symbols, 96)))
        {
            var whole = image[position];
            image[position] = damage;
            Assert.That(EndsOrRefuses(() => new ElfImage(image).FunctionsNamed("THSTensor_arange")), Is.True, $"byte {position}");
            image[position] = whole;
        }
    }

    [TestCase("")]
    [TestCase("#!/bin/sh\nexec true\n")]
    [TestCase("MZ, as a Windows library begins")]
    [TestCase("\u007fELF\u0001\u0001 and 32 bits")]
    [TestCase("\u007fELF\u0002\u0002 and big-endian")]
    public void ElfImage_ForeignFile_Throws(string content)
        => Assert.That(() => { _ = new ElfImage(System.Text.Encoding.Latin1.GetBytes(content)); }, Throws.TypeOf<InvalidDataException>());

    private static bool EndsOrRefuses(Action act)
    {
        try
        {
            act();
        }
        catch (InvalidDataException)
        {
        }
        return true;
    }
}
