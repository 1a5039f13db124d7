namespace Microsoft.ML.LogitNorm;

public sealed partial class LogitNormTrainer
{
    /// <summary>
    /// Options of the <see cref="LogitNormTrainer"/>. The defaults are the paper's recipe for CIFAR-10 (arXiv 2205.09310, section 4.1), but for tau warm-up,
    /// which is ours: <c>TrainingLoss.LogitNorm(0.04, warmup: 0)</c> leaves it out.
    /// </summary>
    public sealed partial record Options
    {
        /// <summary>The column with the class of each row, a key. Put <c>MapValueToKey</c> before the trainer to make it from text or numbers.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string LabelColumnName { get; init => field = NotEmpty(value, nameof(LabelColumnName)); } = "Label";

        /// <summary>
        /// The column with the images: MLImage of known size, or a vector of float or byte from <c>ExtractPixels</c>;
        /// or, for <see cref="Backbone.Dense"/>, with feature vectors: a plain vector of float of known length.
        /// </summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string FeatureColumnName { get; init => field = NotEmpty(value, nameof(FeatureColumnName)); } = "Features";

        /// <summary>The name of the new column with the predicted class, a key as the label.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string PredictedLabelColumnName { get; init => field = NotEmpty(value, nameof(PredictedLabelColumnName)); } = ColumnNames.PredictedLabel;

        /// <summary>The name of the new column with the probabilities, a vector of float with a value for each class.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string ScoreColumnName { get; init => field = NotEmpty(value, nameof(ScoreColumnName)); } = ColumnNames.Score;

        /// <summary>
        /// The name of the new column with the logits, a vector of float with a value for each class. Scores read it, and find the network by it.
        /// </summary>
        /// <remarks>Two models in one pipeline need names of their own, or the second's columns take the place of the first's.</remarks>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string LogitsColumnName { get; init => field = NotEmpty(value, nameof(LogitsColumnName)); } = ColumnNames.Logits;

        /// <summary>The name of the new column with the embedding, the vector of float that the last layer sees.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string EmbeddingColumnName { get; init => field = NotEmpty(value, nameof(EmbeddingColumnName)); } = ColumnNames.Embedding;

        /// <summary>
        /// The model's column with the layer statistics, a vector of <see cref="float"/>: of each stage of the network, in their order, the mean
        /// over H×W of each feature map and then the standard deviation of each; of a network of feature vectors, the vectors. For scores that look at
        /// inner layers, such as <see cref="OodScores.LayerGaussian"/>.
        /// </summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string LayerStatisticsColumnName { get; init => field = NotEmpty(value, nameof(LayerStatisticsColumnName)); } = ColumnNames.LayerStatistics;

        /// <summary>The images' size, where the feature column's type does not tell it; vectors then hold all of one channel, then the next.</summary>
        public ImageShape? ImageShape { get; init; }

        /// <summary>
        /// How pixels or features are centred and scaled; null (default) measures mean and standard deviation of each channel or feature on the training rows,
        /// or takes what <see cref="InitialWeights"/> were trained with.
        /// </summary>
        public InputNormalization? Normalization { get; init; }

        /// <summary>The network's architecture, which decides on images or feature vectors. The default is the paper's WRN-40-2 with dropout 0.3.</summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        public Backbone Backbone { get; init => field = NotNull(value, nameof(Backbone)); } = Backbone.WideResNet();

        /// <summary>How the logits come from the embedding. The default is a linear layer, as in the paper.</summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        public Head Head { get; init => field = NotNull(value, nameof(Head)); } = Head.Linear();

        /// <summary>
        /// What the network begins with instead of random weights: pretrained ones, or those of an earlier model. Null (default) for random ones.
        /// </summary>
        /// <remarks>
        /// The layers before the head are taken, and the head's only from an earlier model that has the same head. They also decide how the input
        /// is normalised, unless <see cref="Normalization"/> is given. Train with a lower <see cref="LearningRate"/> than from nothing, such as 0.01.
        /// </remarks>
        public PretrainedWeights? InitialWeights { get; init; }

        /// <summary>Which parts of the network learn and how fast, where it begins with <see cref="InitialWeights"/>; null (default) for all, alike.</summary>
        public FineTuning? FineTuning { get; init; }

        /// <summary>What training minimises. The default is LogitNorm with τ = 0.04 and tau warm-up.</summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        public TrainingLoss Loss { get; init => field = NotNull(value, nameof(Loss)); } = TrainingLoss.LogitNorm();

        /// <summary>Passes over the training rows, at least 1. The default is the paper's 200.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
        public int Epochs
        {
            get;
            init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Epochs), value, "Train for at least 1 epoch.");
        } = 200;

        /// <summary>
        /// Rows in each step, at least 2; null (default) for the paper's 128, or all of them where there are fewer.
        /// Rows that do not fill a last batch are left out of that epoch; which ones changes with each shuffle.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 2: batch normalisation needs more than one row.</exception>
        public int? BatchSize
        {
            get;
            init => field = value is null or >= 2
                ? value
                : throw new ArgumentOutOfRangeException(nameof(BatchSize), value, "Batch normalisation needs batches of at least 2 rows.");
        }

        /// <summary>The highest learning rate of stochastic gradient descent; <see cref="LearningRateSchedule"/> multiplies it.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Not above 0, or not finite.</exception>
        public double LearningRate
        {
            get;
            init => field = double.IsFinite(value) && value > 0
                ? value
                : throw new ArgumentOutOfRangeException(nameof(LearningRate), value, "The learning rate is above 0, such as 0.1.");
        } = 0.1;

        /// <summary>
        /// How the learning rate changes over the run. The default divides by 10 after 40 % and 70 % of it, the paper's epochs 80 and 140 of 200.
        /// </summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        public LearningRateSchedule LearningRateSchedule
        {
            get;
            init => field = NotNull(value, nameof(LearningRateSchedule));
        } = LearningRateSchedule.Milestones();

        /// <summary>Momentum of stochastic gradient descent, in [0, 1).</summary>
        /// <exception cref="ArgumentOutOfRangeException">Outside [0, 1).</exception>
        public double Momentum
        {
            get;
            init => field = value is >= 0 and < 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(Momentum), value, "Momentum is at least 0 and below 1, such as 0.9.");
        } = 0.9;

        /// <summary>Whether momentum is Nesterov's. Without momentum it has no effect.</summary>
        public bool Nesterov { get; init; } = true;

        /// <summary>Weight decay: the factor of the L2 penalty's gradient, at least 0. It acts on all weights but the class weights of cosine heads.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Negative, or not finite.</exception>
        public double WeightDecay
        {
            get;
            init => field = double.IsFinite(value) && value >= 0
                ? value
                : throw new ArgumentOutOfRangeException(nameof(WeightDecay), value, "Weight decay is at least 0, such as 5e-4.");
        } = 5e-4;

        /// <summary>
        /// Random changes to the training images. Null (default) is the paper's crop and horizontal flip, and nothing for feature vectors;
        /// switch the flip off where a mirrored image has another meaning.
        /// </summary>
        public Augmentation? Augmentation { get; init; }

        /// <summary>Where decoded images are between epochs: in memory (default) as long as they take at most a quarter of it, otherwise streamed.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Not one of the enumeration.</exception>
        public ImageCache ImageCache
        {
            get;
            init => field = Enum.IsDefined(value)
                ? value
                : throw new ArgumentOutOfRangeException(nameof(ImageCache), value, "Images are kept by ImageCache.Auto, Memory or Stream.");
        }

        /// <summary>
        /// Decides initial weights, shuffling, augmentation and dropout.
        /// Null (default) takes the <see cref="MLContext"/>'s seed, or a random one if it has none.
        /// </summary>
        /// <remarks>
        /// On the CPU the same seed, data and options give the same weights, bit for bit, on processors of one kind with the same number of threads
        /// (<c>OMP_NUM_THREADS</c>): sums of floats depend on how libtorch splits them up. Nothing else in the process changes that, such as other trainings,
        /// models that are loaded or <c>torch.manual_seed</c>, and a training changes nothing there: all its numbers come from generators of its own. On a GPU
        /// order, augmentation and dropout repeat, but the last bits of sums may not.
        /// </remarks>
        public int? Seed { get; init; }

        /// <summary>Rows to measure loss and accuracy on after each epoch, with the same columns as the training rows; null (default) for none.</summary>
        /// <remarks><see cref="ValidationFraction"/> keeps some of the training rows for it.</remarks>
        public IDataView? ValidationSet { get; init; }

        /// <summary>
        /// Rows of none of the classes, to train against by outlier exposure: a place for photos of what belongs nowhere. In
        /// <see cref="FeatureColumnName"/>, of the training rows' size and type; a label is not needed. Null (default) for none.
        /// </summary>
        /// <remarks>
        /// <para>
        /// The loss gets <see cref="OutlierWeight"/> · mean over the outliers of (logsumexp f − mean f), which asks for the same probability for all classes.
        /// The f of this term are the logits themselves; with LogitNorm they are f / (τ‖f‖₂) at the τ of the step, so that both parts of the loss pull at the
        /// same quantity: of LogitNorm's raw logits the term could be trained away by making all logits small, which costs that loss nothing and tells
        /// outliers from nobody; of the normalised ones it can only be by their direction, along (1, 1, …, 1). Extended LogitNorm has that way out too, but its
        /// logits, divided by their mean distance to the boundaries, are never near all boundaries at once, whatever their direction.
        /// </para>
        /// <para>
        /// Each step draws some of them (<see cref="OutlierShare"/>), with replacement, and with the augmentation of the training images; they go through the
        /// network together with the training images, so batch norms see both, as in the paper's code. They stay in memory whatever <see cref="ImageCache"/>
        /// is; of a set that would take more than 512 MB as many rows as fit are drawn once and for all, and the log says so.
        /// A row that equals a training row is refused. Rows whose label is among the classes are warned of in the log, and stay outliers.
        /// Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR 2019, arXiv 1812.04606.
        /// </para>
        /// </remarks>
        public IDataView? OutlierSet { get; init; }

        /// <summary>
        /// Outliers that are made of the training images of each step, for images only; none by default. They count as those of <see cref="OutlierSet"/>; with
        /// both, half of a step's outliers are made.
        /// </summary>
        /// <remarks>Measure before you rely on them: they can help against what is far and harm what worked before.</remarks>
        /// <exception cref="ArgumentOutOfRangeException">Not a combination of the enumeration's values.</exception>
        public SyntheticOutliers SyntheticOutliers
        {
            get;
            init => field = (value & ~SyntheticOutliers.All) == 0
                ? value
                : throw new ArgumentOutOfRangeException(nameof(SyntheticOutliers), value, "Combine values of SyntheticOutliers, such as Jigsaws | Mixtures.");
        }

        /// <summary>Weight λ of the outliers' term, above 0. The default is the paper's 0.5. Without outliers it has no effect.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Not above 0, or not finite.</exception>
        public double OutlierWeight
        {
            get;
            init => field = double.IsFinite(value) && value > 0
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(OutlierWeight), value, "The weight of the outliers' term is above 0, such as 0.5; leave OutlierSet out for none.");
        } = 0.5;

        /// <summary>
        /// Outliers in each step, as a share of the batch, above 0 and at most 4; at least one. The default is 0.5, which makes a step half as long again; the
        /// paper used 2. Without outliers it has no effect.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">Not above 0, or above 4.</exception>
        public double OutlierShare
        {
            get;
            init => field = value is > 0 and <= 4
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(OutlierShare), value, "The outliers of a step are a share of its batch: above 0 and at most 4, such as 0.5.");
        } = 0.5;

        /// <summary>
        /// A file for the state of the training, written after each epoch, from which a training that was stopped goes on: run the same program again. Null
        /// (default) for none.
        /// </summary>
        /// <remarks>
        /// <para>
        /// A training that goes on draws the same order, augmentation and dropout as one that was never stopped, and on the CPU it ends with the same weights,
        /// bit for bit (see <see cref="Seed"/>). Epochs that are done are not reported again, and the file of a finished training gives its model at once.
        /// Writing the file does not change the weights.
        /// </para>
        /// <para>
        /// It must be the same training: where an option that decides the outcome, the seed, or the training rows (pixels, labels, order) differ,
        /// <see cref="Fit"/> says what differs and throws an <see cref="InvalidOperationException"/>. Without a seed in the options or the
        /// <see cref="MLContext"/> the file's is taken. One training at a time can use the file. Its folder is made where there is none, and whether it can be
        /// written is found out before training. Each epoch's state is written beside it (".tmp") and then put in its place, so that there is always a whole
        /// one; it takes about twice the room of the weights. Delete it when the model is saved:
        /// a checkpoint is no model file, and later versions of this library may not read it.
        /// </para>
        /// </remarks>
        /// <exception cref="ArgumentException">Empty.</exception>
        public string? CheckpointFile
        {
            get;
            init => field = value is not "" ? value : throw new ArgumentException("A file needs a name; null is for none.", nameof(CheckpointFile));
        }

        /// <summary>
        /// Called after each epoch, on the training thread, with the network as it stands in <see cref="TrainingEpoch.Model"/>; an exception thrown here ends
        /// the training.
        /// </summary>
        public Action<TrainingEpoch>? EpochCompleted { get; init; }

        /// <summary>Called after each step, on the training thread, for progress bars; keep it quick.</summary>
        public Action<TrainingProgress>? StepCompleted { get; init; }

        /// <summary>Stops the training at the next step, by an <see cref="OperationCanceledException"/>.</summary>
        public CancellationToken CancellationToken { get; init; }

        /// <summary>The options for a number of training rows, with what was left open: <see cref="BatchSize"/> and <see cref="Augmentation"/>.</summary>
        /// <remarks>So few rows that they are no batch, 0 or 1, are for the trainer to refuse: nobody gave a batch size that could be wrong.</remarks>
        internal Options For(long rows) => this with
        {
            BatchSize = BatchSize ?? (int)Math.Clamp(rows, 2, 128),
            Augmentation = Augmentation ?? (Backbone.TakesVectors ? Augmentation.None() : Augmentation.CropAndFlip()),
        };

        /// <summary>The names of the columns that the model will append.</summary>
        internal OutputColumns OutputColumns
            => new(PredictedLabelColumnName, ScoreColumnName, LogitsColumnName, EmbeddingColumnName, LayerStatisticsColumnName);

        /// <summary>All options, the same in every culture.</summary>
        public override string ToString() => RecordText.Of(this);

        private static string NotEmpty(string value, string name)
            => string.IsNullOrEmpty(value) ? throw new ArgumentException("A column needs a name.", name) : value;

        private static T NotNull<T>(T value, string name)
            where T : class
            => value ?? throw new ArgumentNullException(name);
    }
}
