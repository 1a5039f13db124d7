using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.LogitNorm;

/// <summary>
/// Rows to score, or to learn from. What a score does not list in <see cref="OodScore.Needs"/> or <see cref="OodScore.LearnsFrom"/> may be null.
/// </summary>
/// <remarks>All tensors but the rows' values are on one device: the network's where the score needs the network, else the CPU.</remarks>
/// <param name="Logits">[B, C], float32.</param>
/// <param name="Embedding">[B, D], float32.</param>
/// <param name="Network">The network that made the logits.</param>
/// <param name="Values">[B, …], on the CPU, as <see cref="TrainedNetwork.Normalize"/> takes them.</param>
/// <param name="Learned">What <see cref="OodScore.Learn(in OodBatch)"/> returned; empty for a score that learns nothing.</param>
/// <param name="Labels">[B], int64, from 0; only in <see cref="OodScore.Learn(in OodBatch)"/>. Rows without a label, −1, are gone by then.</param>
/// <param name="ClassCount">C, where the logits are not read; null where nothing tells it.</param>
/// <param name="LayerStatistics">[B, S], float32.</param>
internal readonly record struct OodBatch(
    Tensor? Logits,
    Tensor? Embedding,
    TrainedNetwork? Network,
    Tensor? Values,
    IReadOnlyDictionary<string, Tensor> Learned,
    Tensor? Labels = null,
    int? ClassCount = null,
    Tensor? LayerStatistics = null)
{
    /// <summary>C; null where nothing tells it.</summary>
    public int? Classes => (int?)Logits?.shape[1] ?? ClassCount;

    /// <summary>B.</summary>
    public long Count => First.shape[0];

    /// <summary>Where the tensors are.</summary>
    public Device Device => First.device;

    private Tensor First => Logits ?? Embedding ?? LayerStatistics ?? throw new InvalidOperationException("There is nothing to score.");

    /// <summary>How many of them to score together, where there may be very many.</summary>
    public long AtOnce => Values is null ? 128 : Network!.Input.RowsPerBatch;

    /// <summary>The same rows on the CPU, where their values are anyway.</summary>
    public OodBatch OnCpu()
        => Device.type == DeviceType.CPU ? this : this with { Logits = Logits?.cpu(), Embedding = Embedding?.cpu(), LayerStatistics = LayerStatistics?.cpu() };

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">[R], int64, on the CPU.</param>
    public OodBatch Rows(Tensor rows)
    {
        var onDevice = rows.to(Device);
        return this with
        {
            Logits = Logits?.index_select(0, onDevice),
            Embedding = Embedding?.index_select(0, onDevice),
            LayerStatistics = LayerStatistics?.index_select(0, onDevice),
            Values = Values?.index_select(0, rows),
            Labels = Labels?.index_select(0, onDevice),
        };
    }
}
