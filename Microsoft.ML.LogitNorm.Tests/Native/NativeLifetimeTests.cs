namespace Microsoft.ML.LogitNorm.Tests.Native;

public sealed class NativeLifetimeTests
{
    private int _freed;
    private NativeLifetime _lifetime = null!;

    [SetUp]
    public void Create() => (_freed, _lifetime) = (0, new(typeof(LogitNormModel), () => _freed++));

    [Test]
    public void Dispose_NotInUse_FreesAtOnceAndOnce()
    {
        using (_lifetime.Enter())
            Assert.That(_freed, Is.Zero);
        _lifetime.Dispose();
        _lifetime.Dispose();
        Assert.That(_freed, Is.EqualTo(1));
    }

    [Test]
    public void Dispose_InUse_FreesWithTheLastUse()
    {
        var (first, second) = (_lifetime.Enter(), _lifetime.Enter());
        _lifetime.Dispose();
        _lifetime.Dispose();
        first.Dispose();
        Assert.That(_freed, Is.Zero);
        second.Dispose();
        Assert.That(_freed, Is.EqualTo(1));
    }

    [Test]
    public void Enter_AfterDispose_NamesTheOwner([Values] bool stillInUse)
    {
        var use = stillInUse ? _lifetime.Enter() : (NativeLifetime.Use?)null;
        _lifetime.Dispose();
        Assert.That(() => _lifetime.Enter(), Throws.TypeOf<ObjectDisposedException>().With.Message.Contains(nameof(LogitNormModel)));
        use?.Dispose();
        Assert.That(_freed, Is.EqualTo(1));
    }
}
