namespace Microsoft.ML.LogitNorm.Tests.Native;

[Platform("Linux", Reason = "Only Linux has versions of libstdc++.")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class GlibcxxRelaxationTests
{
    [TestCase("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by libLibTorchSharp.so)", true)]
    [TestCase("/lib64/libstdc++.so.6: Version »GLIBCXX_3.4.30« nicht gefunden", true)]
    [TestCase("/lib/libstdc++.so.6: version `GLIBCXX_3.4.29' not found", false)]
    [TestCase("libtorch.so: cannot open shared object file: No such file or directory", false)]
    public void Explains_WordsOfTheLoader_LooksForTheVersion(string words, bool expected)
        => Assert.That(GlibcxxRelaxation.Explains(new DllNotFoundException(words)), Is.EqualTo(expected));

    [Test]
    public void Load_NotALibrary_Throws()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.That(() => GlibcxxRelaxation.Load(file), Throws.TypeOf<InvalidDataException>());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
