using QuickStart;
using Shared.Images;

namespace LogitNormTool.Training;

/// <summary>One way from images to a network's columns.</summary>
internal abstract class PhotoTraining : IDisposable
{
    /// <summary>What is trained, for people.</summary>
    public abstract string Description { get; }

    public abstract Backbone Backbone { get; }

    public abstract TrainingLoss Loss { get; }

    public abstract int Epochs { get; }

    /// <summary>How unusual a row looks to it.</summary>
    public virtual OodScore Score => OodScores.Default();

    /// <summary>The augmentation of the training images; null for none.</summary>
    public abstract Augmentation? Augmentation { get; }

    /// <summary>What is done before the first epoch and takes a while, such as features; called once, with all images of the run.</summary>
    public virtual void Prepare(IReadOnlyList<LabeledImage> images, Action<int, int> done)
    {
    }

    /// <summary>The images as <see cref="Network"/> takes them.</summary>
    public abstract IDataView Rows(IReadOnlyList<LabeledImage> images);

    /// <summary>From those rows to the network's columns.</summary>
    /// <param name="images">What it is to be trained on.</param>
    /// <param name="display">Shows how it goes.</param>
    public abstract IEstimator<ITransformer> Network(IReadOnlyList<LabeledImage> images, TrainingDisplay display);

    /// <summary>From the path of an image to what the network takes, in the model that is saved; null where the network begins with the path.</summary>
    public abstract ITransformer? FromPath { get; }

    public virtual void Dispose()
    {
    }
}
