using System.Reflection;

namespace Microsoft.ML.LogitNorm.Tests;

/// <summary>ML.NET's own cancellation, by which AutoML ends what takes too long; the method is not public.</summary>
internal static class Cancelling
{
    public static void CancelExecution(this MLContext ml)
        => typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null);
}
