using System.Net;
using System.Net.Sockets;

namespace WebApp.Hosting;

/// <summary>By what clients are told apart.</summary>
internal static class ClientAddress
{
    private const int SubnetBytes = 8;

    public static string Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    /// <summary>The address; of IPv6 the network of 64 bits, as one client has all addresses of one and may send from each.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6 })
            return address?.ToString() ?? "";
        var network = address.GetAddressBytes();
        network.AsSpan(SubnetBytes).Clear();
        return $"{new IPAddress(network)}/64";
    }
}
