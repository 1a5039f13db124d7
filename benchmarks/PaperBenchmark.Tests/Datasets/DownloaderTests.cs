using System.Security.Cryptography;
using PaperBenchmark.Datasets.Download;
using Shared.CommandLine;

namespace PaperBenchmark.Tests.Datasets;

/// <summary>Downloads from a server on this machine that misbehaves.</summary>
public sealed class DownloaderTests
{
    private static readonly byte[] _content = Content(1);

    private TemporaryFolder _folder;
    private MisbehavingServer _server;
    private HttpClient _http;

    private string Target => _folder.At("set.bin");

    [SetUp]
    public void SetUp() => (_folder, _server, _http) = (new(), new(_content), Downloader.CreateClient());

    [TearDown]
    public void TearDown()
    {
        _http.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Fetch_GoodServer_WritesTheFile()
    {
        await Fetch();
        AssertWhole();
    }

    [Test]
    public async Task Fetch_SlowServer_WaitsAsLongAsBytesCome()
    {
        _server.Slow = true;
        await Fetch();
        AssertWhole();
    }

    [Test]
    public async Task Fetch_DroppedConnection_GoesOnWhereItStopped()
    {
        _server.DropAfter = new([100_000, 50_000]);
        await Fetch();
        AssertWhole();
        Assert.That(_server.Ranges, Is.EqualTo(new long?[] { null, 100_000, 150_000 }));
    }

    [Test]
    public async Task Fetch_ResetConnection_IsTriedAgain()
    {
        (_server.DropAfter, _server.Resets) = (new([100_000]), true);
        await Fetch();
        AssertWhole();
    }

    [Test]
    public async Task Fetch_ServerWithoutRanges_StartsAnew()
    {
        (_server.DropAfter, _server.SupportsRanges) = (new([100_000]), false);
        await Fetch();
        AssertWhole();
    }

    [Test]
    public async Task Fetch_FileChangedMeanwhile_StartsAnew()
    {
        _server.DropAfter = new([100_000]);
        _server.ContentAfterDrop = Content(2);
        await Fetch(Checksum.Sha256(Convert.ToHexStringLower(SHA256.HashData(Content(2))), "a test"));
        Assert.That(await File.ReadAllBytesAsync(Target), Is.EqualTo(Content(2)));
    }

    [Test]
    public async Task Fetch_WrongBytes_AreRefusedAndRemoved()
    {
        var error = await Assert.ThrowsAsync<InputException>(() => Fetch(Checksum.Sha256(new('0', 64), "a test")));
        Assert.That(error!.Message, Does.Contain("set.bin").And.Contain(new string('0', 64)).And.Contain(Convert.ToHexStringLower(SHA256.HashData(_content))));
        Assert.That(Directory.GetFiles(_folder.Root), Is.Empty);
    }

    [Test]
    public async Task Fetch_NotFound_IsToldAtOnce()
    {
        _server.Statuses = new([404, 404]);
        var error = await Assert.ThrowsAsync<InputException>(() => Fetch());
        Assert.That(error!.Message, Does.Contain("404").And.Contain(_server.Address.ToString()));
        Assert.That(_server.Ranges, Has.Count.EqualTo(1), "asking again does not help");
    }

    [Test]
    public async Task Fetch_ServerErrorThatPasses_IsTriedAgain()
    {
        _server.Statuses = new([500, 503]);
        await Fetch();
        AssertWhole();
    }

    [Test]
    public async Task Fetch_KeepsFailing_LeavesTheBeginningAndGoesOnNextTime()
    {
        _server.DropAfter = new([100_000, 0, 0, 0]);
        await Assert.ThrowsAsync<InputException>(() => Fetch());
        Assert.That(File.Exists(Target), Is.False, "never half under the final name");
        await Fetch();
        AssertWhole();
        Assert.That(_server.Ranges[^1], Is.EqualTo(100_000));
    }

    [Test]
    public async Task Fetch_FileThatIsThere_AsksNobody()
    {
        await File.WriteAllBytesAsync(Target, _content);
        await Fetch();
        Assert.That(_server.Ranges, Is.Empty);
    }

    private Task Fetch(Checksum? checksum = null)
        => new Downloader(_http, new() { Retries = 3, FirstDelay = TimeSpan.FromMilliseconds(1), Silence = TimeSpan.FromSeconds(10) }).Fetch(
            new("set.bin", _server.Address, checksum ?? Checksum.Sha256(Convert.ToHexStringLower(SHA256.HashData(_content)), "a test")),
            _folder.Root, new Progress<DownloadProgress>(), CancellationToken.None);

    private void AssertWhole()
    {
        Assert.That(File.ReadAllBytes(Target), Is.EqualTo(_content));
        Assert.That(Directory.GetFiles(_folder.Root), Has.Length.EqualTo(1), "nothing is left over");
    }

    private static byte[] Content(int seed)
    {
        var content = new byte[300_000];
        new Random(seed).NextBytes(content);
        return content;
    }
}
