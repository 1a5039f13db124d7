using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm;

/// <summary>The type of the annotation that carries a <see cref="TrainedNetwork"/>. There is one such type; nothing of it is saved.</summary>
internal sealed class NetworkType : StructuredDataViewType
{
    private NetworkType()
        : base(typeof(TrainedNetwork))
    {
    }

    public static NetworkType Instance { get; } = new();

    public override bool Equals(DataViewType? other) => other is NetworkType;

    public override int GetHashCode() => typeof(NetworkType).GetHashCode();

    public override string ToString() => "Network";

}
