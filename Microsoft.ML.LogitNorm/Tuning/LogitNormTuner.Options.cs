namespace Microsoft.ML.LogitNorm;

public sealed partial class LogitNormTuner
{
    /// <summary>Options of the <see cref="LogitNormTuner"/>.</summary>
    public sealed record Options
    {
        /// <summary>
        /// How each trial trains, but for <see cref="LogitNormTrainer.Options.Loss"/>, which is the trial's. Its seed serves all trials and the noise, its
        /// cancellation token stops the tuning, and its callbacks are called for every trial. Trials write no
        /// <see cref="LogitNormTrainer.Options.CheckpointFile"/>, as each is another training:
        /// it is for the training with <see cref="TuningResult.BestOptions"/>.
        /// </summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        public LogitNormTrainer.Options Trainer { get; init => field = value ?? throw new ArgumentNullException(nameof(Trainer)); } = new();

        /// <summary>The temperatures τ to try, in this order; positive and each once. The default surrounds 0.04, the paper's choice for CIFAR-10.</summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        /// <exception cref="ArgumentException">Empty, a value that is not positive and finite, or one that stands there twice.</exception>
        public IReadOnlyList<double> Taus { get; init => field = Checked(value); } = ValueList.Create([0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05]);

        /// <summary>
        /// Share of each training's steps over which τ falls from 1 to the trial's, as in <see cref="TrainingLoss.LogitNorm"/>; 0 in the paper.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">Outside [0, 1].</exception>
        public double Warmup
        {
            get;
            init => field = value is >= 0 and <= 1
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(Warmup), value, "The warm-up is a share of the training steps: give a number from 0 (none) to 1 (all of them).");
        } = 0.5;

        /// <summary>Epochs of each trial, at least 1; null (default) for the trainer's. Fewer cost less, and rank the temperatures less surely.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
        public int? EpochsPerTrial
        {
            get;
            init => field = value is null or >= 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(EpochsPerTrial), value, "Train for at least 1 epoch, or leave it null for the trainer's.");
        }

        /// <summary>
        /// How much accuracy, in [0, 1], the chosen trial may be short of the most accurate one. The default is 0.01, one point of a hundred.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">Outside [0, 1].</exception>
        public double AccuracyLoss
        {
            get;
            init => field = value is >= 0 and <= 1
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(AccuracyLoss), value, "The accuracy that may be lost is a share: 0.01 is one point of a hundred.");
        } = 0.01;

        /// <summary>Images of noise that each trial is scored against, at least 1; the same ones for all.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
        public int NoiseCount
        {
            get;
            init => field = value >= 1
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(NoiseCount), value, "Score against at least 1 image of noise; some thousands make FPR95 steady.");
        } = 2000;

        /// <summary>
        /// A JSON file for the finished trials, written as each ends. A later run with equal settings takes them from it and trains the others only. Null
        /// (default) for none. <see cref="Taus"/> and <see cref="AccuracyLoss"/> may change between runs.
        /// </summary>
        /// <exception cref="ArgumentException">Empty.</exception>
        public string? ResultsFile
        {
            get;
            init => field = value is not "" ? value : throw new ArgumentException("A file needs a name; null is for none.", nameof(ResultsFile));
        }

        /// <summary>
        /// Files of trials that other machines have finished, each the <see cref="ResultsFile"/> of its own tuning with a share of the <see cref="Taus"/>.
        /// They are read, and never written: a tuning with all temperatures runs those that are in none of them, and chooses among all. Each must be there,
        /// and of equal settings and the same seed. None by default.
        /// </summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        /// <exception cref="ArgumentException">An empty name.</exception>
        public IReadOnlyList<string> OtherResultsFiles { get; init => field = Checked(value); } = ValueList.Create<string>([]);

        /// <summary>
        /// Called after each trial that was run, on the caller's thread; trials from a file are not reported again.
        /// An exception thrown here ends the tuning.
        /// </summary>
        public Action<TuningTrial>? TrialCompleted { get; init; }

        /// <summary>All options, the same in every culture.</summary>
        public override string ToString() => RecordText.Of(this);

        private static ValueList<string> Checked(IReadOnlyList<string> files)
        {
            ArgumentNullException.ThrowIfNull(files, nameof(OtherResultsFiles));
            return files.All(file => !string.IsNullOrEmpty(file))
                ? ValueList.Of(files)
                : throw new ArgumentException("A file needs a name; an empty list is for none.", nameof(OtherResultsFiles));
        }

        private static ValueList<double> Checked(IReadOnlyList<double> taus)
        {
            ArgumentNullException.ThrowIfNull(taus, nameof(Taus));
            if (taus.Count == 0)
                throw new ArgumentException("Give at least one temperature to try, such as 0.04.", nameof(Taus));
            foreach (var tau in taus)
                if (!(tau > 0 && double.IsFinite(tau)))
                    throw new ArgumentException(
                        FormattableString.Invariant($"Every temperature tau is a positive number, such as 0.04; got {tau}."), nameof(Taus));
                else if (taus.Count(other => other == tau) > 1)
                    throw new ArgumentException(FormattableString.Invariant($"Every temperature is tried once; {tau} is listed more than once."), nameof(Taus));
            return ValueList.Of(taus);
        }
    }
}
