using LogitNormTool.Scoring;
using Shared.CommandLine;

namespace LogitNormTool.Tests.Scoring;

[TestFixture]
public sealed class ManifestTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task Claim_ByManyThatDifferAtOnce_IsOnes()
    {
        Manifest[] manifests = [.. Enumerable.Range(1, 8).Select(Of)];
        var claims = await Task.WhenAll(manifests.Select(manifest => Task.Run(() => IsClaimed(manifest))));
        Assert.That(claims, Has.Exactly(1).True);
        Assert.That(Manifest.Find(_folder.At("out")), Is.EqualTo(manifests[Array.IndexOf(claims, true)]));

        bool IsClaimed(Manifest manifest)
        {
            try
            {
                manifest.Claim(_folder.At("out"));
                return true;
            }
            catch (InputException e) when (e.Message.Contains("another model", StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    [Test]
    public async Task Find_FileThatIsBeingWritten_IsWaitedFor()
    {
        Of(1).Claim(_folder.At("out"));
        var path = _folder.At("out", Manifest.FileName);
        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, whole[..20]);
        var found = Task.Run(() => Manifest.Find(_folder.At("out")));
        await File.WriteAllBytesAsync(path, whole);
        Assert.That(await found, Is.EqualTo(Of(1)));
    }

    [Test]
    public void Find_FileThatIsDamaged_SaysSo()
    {
        _folder.Write($"out/{Manifest.FileName}", "{"u8.ToArray());
        Assert.That(() => Manifest.Find(_folder.At("out")), Throws.TypeOf<InputException>().With.Message.Contains("manifest.json is damaged"));
    }

    private static Manifest Of(int model) => new("1", "model", $"{model}", "list", "list", 10, 10);
}
