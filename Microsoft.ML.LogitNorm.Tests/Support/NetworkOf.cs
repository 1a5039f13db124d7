using Microsoft.ML.Data;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>Finds what the model hides from users.</summary>
internal static class NetworkOf
{
    /// <summary>The network behind the logits of a scored view, as a score finds it.</summary>
    public static TrainedNetwork View(IDataView scored)
    {
        TrainedNetwork network = null!;
        scored.Schema["Logits"].Annotations.GetValue("Network", ref network);
        return network;
    }
}
