using System.Net;
using WebApp.Hosting;

namespace WebApp.Tests.Hosting;

internal sealed class ClientAddressTests
{
    [TestCase("192.0.2.7", "192.0.2.7")]
    [TestCase("::ffff:192.0.2.7", "192.0.2.7")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [TestCase("fe80::1%5", "fe80::/64")]
    public void Of_AnAddress_IsTheClients(string address, string expected) => Assert.That(ClientAddress.Of(IPAddress.Parse(address)), Is.EqualTo(expected));

    [Test]
    public void Of_None_IsOneClient() => Assert.That(ClientAddress.Of((IPAddress?)null), Is.Empty);
}
