using System.Text.Json;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>Writes a transformer's part of a model file: named JSON entries and named sets of tensors inside ML.NET's zip.</summary>
internal sealed class ModelWriter
{
    private readonly ModelSaveContext _context;

    public ModelWriter(ModelSaveContext context, ModelFormat format)
    {
        _context = context;
        context.CheckAtModel();
        context.SetVersionInfo(format.VersionInfo);
    }

    /// <summary>Writes a value as the entry <paramref name="name"/>.json.</summary>
    public void Json<T>(string name, T value)
        => _context.SaveBinaryStream($"{name}.json", writer => JsonSerializer.Serialize(writer.BaseStream, value, ModelJson.Options));

    /// <summary>Writes tensors, by name, as the entry <paramref name="name"/>.tensors.</summary>
    public void Tensors(string name, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
        => _context.SaveBinaryStream($"{name}.tensors", writer => TensorFile.Write(writer, tensors));
}
