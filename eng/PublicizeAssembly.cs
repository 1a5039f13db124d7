using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a managed assembly and makes its internal types, methods and fields public in the copy. Reads the tables of ECMA-335 (II.22,
/// II.24.2) directly, since a task that is compiled inline cannot reference System.Reflection.Metadata.
/// </summary>
public sealed class PublicizeAssembly : Task
{
    // Numbers of metadata tables, ECMA-335 II.22.
    private const int TypeRef = 0x01, TypeDef = 0x02, Field = 0x04, MethodDef = 0x06, Param = 0x08, Module = 0x00, ModuleRef = 0x1A,
        AssemblyRef = 0x23, TypeSpec = 0x1B;

    private byte[] _image;
    private int[] _rows;

    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    public override bool Execute()
    {
        _image = File.ReadAllBytes(Source);
        var tables = FindTables();
        var position = ReadRowCounts(tables);
        var sizes = RowSizes(heapSizes: _image[tables + 6]);
        for (var table = 0; table < sizes.Length; table++)
            for (var row = 0; row < _rows[table]; row++, position += sizes[table])
                if (table == TypeDef)
                    PublicizeType(position);
                else if (table == Field)
                    PublicizeMember(position);
                else if (table == MethodDef)
                    PublicizeMember(position + 6);   // after RVA and ImplFlags
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        File.WriteAllBytes(Destination, _image);
        Log.LogMessage(MessageImportance.Normal, "Publicize: {0} -> {1}", Path.GetFileName(Source), Destination);
        return true;
    }

    // NotPublic becomes Public; nested internal, family-and-assembly and family-or-assembly become NestedPublic. Private stays.
    private void PublicizeType(int flags)
    {
        var visibility = _image[flags] & 7;
        _image[flags] = (byte)((_image[flags] & ~7) | (visibility == 0 ? 1 : visibility >= 5 ? 2 : visibility));
    }

    // Family-and-assembly, assembly and family-or-assembly become public. Private and protected stay.
    private void PublicizeMember(int flags)
    {
        var access = _image[flags] & 7;
        _image[flags] = (byte)((_image[flags] & ~7) | (access == 2 || access == 3 || access == 5 ? 6 : access));
    }

    private int FindTables()
    {
        var header = Int32(0x3C);
        var optionalHeader = header + 24;
        var isPe32Plus = UInt16(optionalHeader) == 0x20B;
        var cliHeader = Offset(Int32(optionalHeader + (isPe32Plus ? 112 : 96) + (8 * 14)));
        var metadata = Offset(Int32(cliHeader + 8));
        var streams = metadata + 16 + Int32(metadata + 12);
        var stream = streams + 4;
        for (var left = UInt16(streams + 2); left > 0; left--)
        {
            var name = stream + 8;
            var end = Array.IndexOf(_image, (byte)0, name);
            if (Encoding.ASCII.GetString(_image, name, end - name) == "#~")
                return metadata + Int32(stream);
            stream = name + ((end - name + 4) & ~3);
        }
        throw new BadImageFormatException("There is no metadata.", Source);
    }

    private int Offset(int virtualAddress)
    {
        var header = Int32(0x3C);
        var section = header + 24 + UInt16(header + 20);
        for (var left = UInt16(header + 6); left > 0; left--, section += 40)
        {
            var start = Int32(section + 12);
            if (virtualAddress >= start && virtualAddress < start + Math.Max(Int32(section + 8), Int32(section + 16)))
                return Int32(section + 20) + virtualAddress - start;
        }
        throw new BadImageFormatException("An address lies in no section.", Source);
    }

    private int ReadRowCounts(int tables)
    {
        var present = BitConverter.ToUInt64(_image, tables + 8);
        var position = tables + 24;
        _rows = new int[64];
        for (var table = 0; table < 64; table++)
            if ((present >> table & 1) != 0)
            {
                _rows[table] = Int32(position);
                position += 4;
            }
        return position;
    }

    // Bytes of a row in tables 0 (Module) to 6 (MethodDef); nothing after them is changed.
    private int[] RowSizes(int heapSizes)
    {
        int text = (heapSizes & 1) != 0 ? 4 : 2, guid = (heapSizes & 2) != 0 ? 4 : 2, blob = (heapSizes & 4) != 0 ? 4 : 2;
        return new[]
        {
            2 + text + (3 * guid),
            Index(2, Module, ModuleRef, AssemblyRef, TypeRef) + (2 * text),
            4 + (2 * text) + Index(2, TypeDef, TypeRef, TypeSpec) + Index(0, Field) + Index(0, MethodDef),
            Index(0, Field),
            2 + text + blob,
            Index(0, MethodDef),
            8 + text + blob + Index(0, Param),
        };
    }

    // An index takes two bytes where the largest of its tables leaves room for its tag, else four.
    private int Index(int tagBits, params int[] targets) => targets.Max(table => _rows[table]) < 1 << (16 - tagBits) ? 2 : 4;

    private int Int32(int at) => BitConverter.ToInt32(_image, at);

    private int UInt16(int at) => BitConverter.ToUInt16(_image, at);
}
