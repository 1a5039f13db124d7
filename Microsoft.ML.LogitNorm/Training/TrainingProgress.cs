namespace Microsoft.ML.LogitNorm;

/// <summary>How far a training run has come; passed to <see cref="LogitNormTrainer.Options.StepCompleted"/>, for progress bars.</summary>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">How many epochs the run has.</param>
/// <param name="Step">Steps done in this epoch, from 1.</param>
/// <param name="Steps">Steps in each epoch.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, int Step, int Steps)
{
    /// <summary>All values, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(this);
}
