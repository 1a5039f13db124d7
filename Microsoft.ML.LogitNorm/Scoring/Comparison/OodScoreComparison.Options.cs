namespace Microsoft.ML.LogitNorm;

public sealed partial record OodScoreComparison
{
    /// <summary>Options of <c>AnomalyDetection.CompareOodScores</c>.</summary>
    public sealed record Options
    {
        /// <summary>
        /// The scores to compare; null (default) for <see cref="OodScores.All"/>, or with a <see cref="Search"/> for <see cref="OodScores.Candidates"/>,
        /// and for those of them that learn nothing if there is no <see cref="TrainingData"/>.
        /// Empty where only <see cref="ScoreColumnNames"/> are compared.
        /// </summary>
        /// <exception cref="ArgumentException">One of them is null.</exception>
        public IReadOnlyList<OodScore>? Scores
        {
            get;
            init => field = value is null ? null
                : !value.Contains(null!) ? ValueList.Of(value)
                : throw new ArgumentException("Give scores of which none is null; or leave Scores out to compare all.", nameof(Scores));
        }

        /// <summary>
        /// Whether <see cref="OodScores.Odin"/> is among the scores where <see cref="Scores"/> is null:
        /// with a pass forwards and back for each row it takes longer than all others together.
        /// </summary>
        public bool IncludeOdin { get; init; } = true;

        /// <summary>
        /// Where hyper-parameters are chosen: of the <see cref="Scores"/> that differ by them alone, only the one that does best there is reported.
        /// Null (default) reports every score that it is given.
        /// </summary>
        public OodScoreSearch? Search { get; init; }

        /// <summary>
        /// Columns that hold scores already, by name: a <see cref="float"/> for each row of all sets, higher = more likely out of distribution.
        /// </summary>
        /// <exception cref="ArgumentNullException">Null.</exception>
        /// <exception cref="ArgumentException">A name is empty.</exception>
        public IReadOnlyList<string> ScoreColumnNames
        {
            get;
            init => field = value is null ? throw new ArgumentNullException(nameof(ScoreColumnNames))
                : !value.Any(string.IsNullOrEmpty) ? ValueList.Of(value)
                : throw new ArgumentException("A column needs a name.", nameof(ScoreColumnNames));
        } = ValueList.Create<string>([]);

        /// <summary>
        /// The rows that the network was trained on, as the model takes them, from which scores learn, and without <see cref="HeldOutData"/>
        /// <see cref="OodScores.Fuse"/> its ranks too; null (default) if none has to.
        /// </summary>
        public IDataView? TrainingData { get; init; }

        /// <summary>
        /// Rows of the known classes that the network was not trained on, as the model takes them, by which <see cref="OodScores.Fuse"/> ranks;
        /// null (default) to rank by the training rows. They must be none of those that are compared, or of the search.
        /// </summary>
        public IDataView? HeldOutData { get; init; }

        /// <summary>The column with the class of each training row, a key once the model has transformed it.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string LabelColumnName { get; init => field = NotEmpty(value, nameof(LabelColumnName)); } = "Label";

        /// <summary>The column with the logits, a vector of <see cref="float"/>.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string LogitsColumnName { get; init => field = NotEmpty(value, nameof(LogitsColumnName)); } = ColumnNames.Logits;

        /// <summary>The column with the embedding, a vector of <see cref="float"/>.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string EmbeddingColumnName { get; init => field = NotEmpty(value, nameof(EmbeddingColumnName)); } = ColumnNames.Embedding;

        /// <summary>The column with the layer statistics, a vector of <see cref="float"/>.</summary>
        /// <exception cref="ArgumentException">Null or empty.</exception>
        public string LayerStatisticsColumnName { get; init => field = NotEmpty(value, nameof(LayerStatisticsColumnName)); } = ColumnNames.LayerStatistics;

        /// <summary>
        /// Whether the scores of all rows are kept (default), 12 bytes each: <see cref="OodScoreResult.InDistributionScores"/>,
        /// <see cref="OodSetResult.Scores"/>, and what the curves of <see cref="OodSetResult.Metrics"/> are made of.
        /// </summary>
        public bool KeepRowScores { get; init; } = true;

        /// <summary>Called after each batch of rows, on the caller's thread, for progress bars; keep it quick.</summary>
        public Action<OodComparisonProgress>? Progress { get; init; }

        /// <summary>Stops the comparison at the next row, by an <see cref="OperationCanceledException"/>.</summary>
        public CancellationToken CancellationToken { get; init; }

        /// <summary>All options, the same in every culture.</summary>
        public override string ToString() => RecordText.Of(this);

        private static string NotEmpty(string value, string name)
            => string.IsNullOrEmpty(value) ? throw new ArgumentException("A column needs a name.", name) : value;
    }
}
