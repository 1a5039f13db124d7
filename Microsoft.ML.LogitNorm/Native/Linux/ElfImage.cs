using System.Buffers.Binary;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// A Linux shared library (64-bit ELF, little-endian): where its functions lie, and the versions that it asks of other libraries, editable in place.
/// </summary>
/// <remarks>
/// Reads what it needs and trusts nothing: every offset is checked against the image, so a truncated or foreign file ends in
/// an <see cref="InvalidDataException"/>. Layout: System V gABI, and the Linux Standard Base 5.0, "Symbol Versioning".
/// </remarks>
internal readonly ref struct ElfImage
{
    private const uint AllSymbols = 2, DynamicSymbols = 11, VersionOfSymbol = 0x6fffffff, VersionsNeeded = 0x6ffffffe;   // sh_type
    private const int SymbolSize = 24, SectionHeaderSize = 64;
    private const ushort WeakVersion = 2;      // vna_flags: the loader does without, if the other library lacks this version
    private const ushort AnyVersion = 1;       // .gnu.version: take whatever version of the symbol is the default
    private readonly Span<byte> _image;

    /// <summary>Looks at an image without copying it.</summary>
    /// <exception cref="InvalidDataException">Not a 64-bit little-endian ELF file.</exception>
    public ElfImage(Span<byte> image)
    {
        _image = image;
        if (!At(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        if (UInt16(0x3A) != SectionHeaderSize)
            throw new InvalidDataException($"An ELF section header of {UInt16(0x3A)} bytes: expected {SectionHeaderSize}.");
    }

    /// <summary>Stops asking for the given versions: the loader accepts a library that lacks them.</summary>
    /// <param name="symbolOf">For each version, the one symbol that may be bound to it. Bound to any version from then on.</param>
    /// <returns>How many of the versions the image asked for.</returns>
    /// <exception cref="InvalidDataException">The image is damaged, or another symbol needs one of the versions; nothing is changed then.</exception>
    public int Relax(IReadOnlyDictionary<string, string> symbolOf)
    {
        var needs = NeedsOf(symbolOf);
        var symbols = SymbolsBoundTo(needs);
        foreach (var flags in needs.Values.Select(need => need.Flags))
            BinaryPrimitives.WriteUInt16LittleEndian(_image[flags..], WeakVersion);
        foreach (var version in symbols)
            BinaryPrimitives.WriteUInt16LittleEndian(_image[version..], AnyVersion);
        return needs.Count;
    }

    /// <summary>Where functions lie, those too that the library does not export, counted from where it is loaded.</summary>
    /// <param name="names">Names, in ASCII.</param>
    /// <returns>For each name a place within the image; null where it has no such function, as where it was stripped.</returns>
    /// <exception cref="InvalidDataException">The image is damaged.</exception>
    public ulong?[] FunctionsNamed(params ReadOnlySpan<string> names)
    {
        const int function = 2;   // the lower half of st_info
        var places = new ulong?[names.Length];
        var wanted = new byte[names.Length][];
        for (var i = 0; i < names.Length; i++)
            wanted[i] = Encoding.ASCII.GetBytes(names[i] + '\0');
        if (Find(AllSymbols) is not { } symbols)
            return places;
        var text = SectionAt(symbols.Link);
        for (var at = symbols.Offset; at <= symbols.Offset + symbols.Size - SymbolSize; at += SymbolSize)
        {
            var (kind, section) = (UInt16(at + 4) & 0xF, UInt16(at + 6));
            if (kind != function || section == 0)
                continue;
            var name = At(text.Offset + UInt32(at), Math.Max(0, text.Size - UInt32(at)));
            for (var i = 0; i < wanted.Length; i++)
                if (name.StartsWith(wanted[i]))
                    places[i] = Int64(at + 8) is >= 0 and var place && place < _image.Length
                        ? (ulong)place
                        : throw new InvalidDataException($"Function '{names[i]}' lies outside of the ELF file.");
        }
        return places;
    }

    private Dictionary<ushort, (int Flags, string Symbol)> NeedsOf(IReadOnlyDictionary<string, string> symbolOf)
    {
        Dictionary<ushort, (int, string)> found = [];
        var needs = Section(VersionsNeeded);
        var names = SectionAt(needs.Link);
        var library = needs.Offset;
        for (var left = needs.Count; left > 0; left--)
        {
            var version = library + UInt32(library + 8);
            for (var versions = UInt16(library + 2); versions > 0; versions--)
            {
                if (symbolOf.TryGetValue(Name(names, UInt32(version + 8)), out var symbol))
                    found[UInt16(version + 6)] = ((int)version + 4, symbol);
                version += UInt32(version + 12);
            }
            if (UInt32(library + 12) is var next && next == 0)
                break;   // the last one, whatever a damaged count says
            library += next;
        }
        return found;
    }

    private List<int> SymbolsBoundTo(Dictionary<ushort, (int Flags, string Symbol)> needs)
    {
        List<int> bound = [];
        var versions = Section(VersionOfSymbol);
        var symbols = Section(DynamicSymbols);
        var names = SectionAt(symbols.Link);
        for (var i = 0; i < versions.Size / sizeof(ushort); i++)
        {
            var version = versions.Offset + i * sizeof(ushort);
            if (!needs.TryGetValue(UInt16(version), out var need))
                continue;
            if (Name(names, UInt32(symbols.Offset + (long)i * SymbolSize)) is var name && name != need.Symbol)
                throw new InvalidDataException($"Symbol '{name}' needs a version that only '{need.Symbol}' was expected to need.");
            bound.Add((int)version);
        }
        return bound;
    }

    private (long Offset, long Size, uint Link, uint Count) Section(uint type)
        => Find(type) ?? throw new InvalidDataException(Invariant($"No ELF section of type 0x{type:x}."));

    private (long Offset, long Size, uint Link, uint Count)? Find(uint type)
    {
        for (uint i = 0; i < UInt16(0x3C); i++)
            if (UInt32(HeaderOf(i) + 4) == type)
                return SectionAt(i);
        return null;
    }

    private (long Offset, long Size, uint Link, uint Count) SectionAt(uint index)
    {
        var header = HeaderOf(index);
        return (Place(header + 0x18), Place(header + 0x20), UInt32(header + 0x28), UInt32(header + 0x2C));
    }

    private long HeaderOf(uint index) => Place(0x28) + (long)index * SectionHeaderSize;

    /// <summary>An offset or a size within the image, so that what is added to it cannot overflow.</summary>
    private long Place(long offset)
        => Int64(offset) is >= 0 and var place && place <= _image.Length
            ? place
            : throw new InvalidDataException(
                $"The ELF file ends at {_image.Length} bytes, before what it promises at "
                + $"{BinaryPrimitives.ReadUInt64LittleEndian(At(offset, sizeof(ulong)))}.");

    private string Name((long Offset, long Size, uint, uint) strings, uint offset)
    {
        var text = At(strings.Offset + offset, Math.Max(0, strings.Size - offset));
        return text.IndexOf((byte)0) is >= 0 and var end
            ? Encoding.ASCII.GetString(text[..end])
            : throw new InvalidDataException("A name in the ELF file has no end.");
    }

    private ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, sizeof(ushort)));
    private uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, sizeof(uint)));
    private long Int64(long offset) => BinaryPrimitives.ReadInt64LittleEndian(At(offset, sizeof(long)));

    private ReadOnlySpan<byte> At(long offset, long length)
        => offset >= 0 && offset <= _image.Length - length
            ? _image.Slice((int)offset, (int)length)
            : throw new InvalidDataException($"The ELF file ends at {_image.Length} bytes, before what it promises at {offset}.");
}
