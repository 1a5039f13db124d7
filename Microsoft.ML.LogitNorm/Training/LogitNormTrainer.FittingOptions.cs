namespace Microsoft.ML.LogitNorm;

public sealed partial class LogitNormTrainer
{
    public sealed partial record Options
    {
        /// <summary>
        /// The share of the training rows that is kept out of the training to measure on after each epoch, above 0 and below 1, such as 0.1, in place of a
        /// <see cref="ValidationSet"/>; null (default) for none.
        /// </summary>
        /// <remarks>
        /// It is taken of each class by itself: at least one row of a class of two or more, never all of it. The seed decides which, also where rows are
        /// streamed. Nothing is learned of the rows held out: neither weights, nor the normalisation, nor <see cref="ClassWeights"/>. Rows that belong
        /// together, such as shots of one scene, may fall on both sides and make the measurement too good: split those yourself.
        /// </remarks>
        /// <exception cref="ArgumentOutOfRangeException">Not above 0, or not below 1.</exception>
        public double? ValidationFraction
        {
            get;
            init => field = value is null or (> 0 and < 1)
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(ValidationFraction), value, "The share of rows to validate on is above 0 and below 1, such as 0.1; null is for none.");
        }

        /// <summary>
        /// Keeps the epoch that is best on the validation rows, and stops where it gets no better; null (default) trains all epochs and keeps the last. It
        /// needs <see cref="ValidationSet"/> or <see cref="ValidationFraction"/>.
        /// </summary>
        /// <remarks>
        /// The best epoch's weights and statistics are kept in memory, and in <see cref="CheckpointFile"/>, which then takes half as much again: a training
        /// that goes on from it ends with the same epoch. Validation rows that were chosen by are no test rows any more: measure the model on others.
        /// </remarks>
        public EarlyStopping? EarlyStopping { get; init; }

        /// <summary>How much rows of each class count in the loss; by default all the same.</summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        public ClassWeights ClassWeights { get; init => field = NotNull(value, nameof(ClassWeights)); } = ClassWeights.None();

        /// <summary>How often rows of each class come in an epoch; by default each row once.</summary>
        /// <exception cref="ArgumentOutOfRangeException">Not one of the enumeration.</exception>
        public Sampling Sampling
        {
            get;
            init => field = Enum.IsDefined(value)
                ? value
                : throw new ArgumentOutOfRangeException(nameof(Sampling), value, "Rows are drawn by Sampling.Natural or Balanced.");
        }

        /// <summary>Epochs in which the loss still changes, a part of one counted as one.</summary>
        internal int WarmupEpochs => (int)Math.Ceiling(Loss.ChangesUntil * Epochs);

        /// <summary>Checks that options which concern each other fit.</summary>
        /// <exception cref="ArgumentException">They do not; the message says which, and what to give.</exception>
        internal void CheckFitting()
        {
            if (ValidationFraction is { } fraction && ValidationSet is not null)
                throw Fault(FormattableString.Invariant($"ValidationSet is given, and ValidationFraction is {fraction}. Leave one of them out."));
            if (EarlyStopping is not null && ValidationFraction is null && ValidationSet is null)
                throw Fault(
                    "EarlyStopping compares epochs on rows that are not trained on, and there are none. Give ValidationSet, or ValidationFraction = 0.1.");
            if (Sampling == Sampling.Balanced && ClassWeights is not NoClassWeights)
                throw Fault(
                    $"Sampling is Balanced, and ClassWeights is {ClassWeights}: what is rare would count twice. Leave one of them out.");
            if (Sampling == Sampling.Balanced && ImageCache == ImageCache.Stream)
                throw Fault(BalancedWhileStreamed("ImageCache is Stream"));

            static ArgumentException Fault(string message) => new(message, "options");
        }

        /// <summary>What to say where rows that are not at hand are to be drawn by class.</summary>
        /// <param name="reason">Why they are not.</param>
        internal static string BalancedWhileStreamed(string reason)
            => $"Sampling is Balanced, which draws rows of any class at any time, but {reason}, and streamed rows come as they stand in the view. "
                + "Keep them by ImageCache.Memory, or use ClassWeights.Balanced().";
    }
}
