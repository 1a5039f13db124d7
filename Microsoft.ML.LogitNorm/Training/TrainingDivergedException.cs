namespace Microsoft.ML.LogitNorm;

/// <summary>Training came to values that are not finite; the message says where, and what to change.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    internal TrainingDivergedException(string message)
        : base(message)
    {
    }
}
