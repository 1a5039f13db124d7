using System;
using System.IO;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Copies a managed assembly, turning internal types, methods and fields into public ones (ECMA-335 II.22, II.24.2.6).</summary>
public sealed class PublicizeAssembly : Task
{
    [Required] public string Source { get; set; }
    [Required] public string Destination { get; set; }

    public override bool Execute()
    {
        byte[] b = File.ReadAllBytes(Source);
        int pe = BitConverter.ToInt32(b, 0x3C);
        int sections = BitConverter.ToUInt16(b, pe + 6);
        int optional = pe + 24;
        bool plus = BitConverter.ToUInt16(b, optional) == 0x20B;
        int sectionTable = optional + BitConverter.ToUInt16(b, pe + 20);
        Func<int, int> offset = rva =>
        {
            for (int i = 0; i < sections; i++)
            {
                int s = sectionTable + 40 * i, va = BitConverter.ToInt32(b, s + 12);
                if (rva >= va && rva < va + Math.Max(BitConverter.ToInt32(b, s + 8), BitConverter.ToInt32(b, s + 16)))
                    return BitConverter.ToInt32(b, s + 20) + rva - va;
            }
            throw new BadImageFormatException(Source);
        };
        int cli = offset(BitConverter.ToInt32(b, optional + (plus ? 112 : 96) + 8 * 14));
        int meta = offset(BitConverter.ToInt32(b, cli + 8));
        int p = meta + 16 + BitConverter.ToInt32(b, meta + 12);
        int streams = BitConverter.ToUInt16(b, p + 2), tables = -1;
        p += 4;
        for (int i = 0; i < streams; i++)
        {
            int nameAt = p + 8, end = Array.IndexOf(b, (byte)0, nameAt);
            string name = System.Text.Encoding.ASCII.GetString(b, nameAt, end - nameAt);
            if (name == "#~")
                tables = meta + BitConverter.ToInt32(b, p);
            p = nameAt + ((name.Length + 4) & ~3);
        }
        if (tables < 0)
            throw new BadImageFormatException(Source);
        int heap = b[tables + 6];
        ulong valid = BitConverter.ToUInt64(b, tables + 8);
        int[] rows = new int[64];
        p = tables + 24;
        for (int t = 0; t < 64; t++)
            if ((valid >> t & 1) != 0)
            {
                rows[t] = BitConverter.ToInt32(b, p);
                p += 4;
            }
        int str = (heap & 1) != 0 ? 4 : 2, guid = (heap & 2) != 0 ? 4 : 2, blob = (heap & 4) != 0 ? 4 : 2;
        Func<int, int[], int> index = (tagBits, targets) =>
        {
            int max = 0;
            foreach (int t in targets)
                max = Math.Max(max, rows[t]);
            return max < 1 << (16 - tagBits) ? 2 : 4;
        };
        // Row sizes of tables 0..6: Module, TypeRef, TypeDef, FieldPtr, Field, MethodPtr, MethodDef.
        int[] size =
        {
            2 + str + 3 * guid,
            index(2, new[] { 0x00, 0x1A, 0x23, 0x01 }) + 2 * str,
            4 + 2 * str + index(2, new[] { 0x02, 0x01, 0x1B }) + index(0, new[] { 0x04 }) + index(0, new[] { 0x06 }),
            index(0, new[] { 0x04 }),
            2 + str + blob,
            index(0, new[] { 0x06 }),
            8 + str + blob + index(0, new[] { 0x08 }),
        };
        for (int t = 0; t < size.Length; t++)
            for (int r = 0; r < rows[t]; r++, p += size[t])
                switch (t)
                {
                    case 2: // NotPublic -> Public; nested assembly/famandassem/famorassem -> NestedPublic
                        int v = b[p] & 7;
                        b[p] = (byte)(b[p] & ~7 | (v == 0 ? 1 : v >= 5 ? 2 : v));
                        break;
                    case 4:
                    case 6: // famandassem, assembly, famorassem -> public
                        int at = t == 4 ? p : p + 6, a = b[at] & 7;
                        b[at] = (byte)(b[at] & ~7 | (a == 2 || a == 3 || a == 5 ? 6 : a));
                        break;
                }
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        File.WriteAllBytes(Destination, b);
        Log.LogMessage(MessageImportance.Normal, "Publicize: {0} -> {1}", Path.GetFileName(Source), Destination);
        return true;
    }
}
