using Microsoft.ML.Data;
using Microsoft.ML.LogitNorm;

namespace Microsoft.ML;

/// <summary>The front door: every method by which this library joins ML.NET's catalogs.</summary>
public static class LogitNormCatalog
{
    /// <summary>Reads images from files or from bytes: upright, on a background, of one size. In place of <c>LoadImages</c> and <c>ResizeImages</c>.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="outputColumnName">Name of the new column with the images, <see cref="MLImage"/> of known size.</param>
    /// <param name="imageWidth">Pixels across, at least 1.</param>
    /// <param name="imageHeight">Pixels down, at least 1.</param>
    /// <param name="inputColumnName">
    /// The column with the images' paths, a text, or with their bytes as a file has them, a vector of <see cref="byte"/>; null for that of the name
    /// <paramref name="outputColumnName"/>.
    /// </param>
    /// <param name="imageFolder">Where paths that are not absolute start from; null for the working directory of the process.</param>
    /// <param name="resizing">How an image of another shape becomes that large.</param>
    /// <param name="onError">
    /// What becomes of a row whose image cannot be read: an exception that names it, or a row without an image, and the reason in the column
    /// <c>ImageError</c>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static ImageReadingEstimator ReadImages(
        this TransformsCatalog catalog,
        string outputColumnName,
        int imageWidth,
        int imageHeight,
        string? inputColumnName = null,
        string? imageFolder = null,
        ImageResizing resizing = ImageResizing.Crop,
        ImageErrorMode onError = ImageErrorMode.Throw)
        => catalog.ReadImages(new ImageReadingEstimator.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            ImageWidth = imageWidth,
            ImageHeight = imageHeight,
            ImageFolder = imageFolder,
            Resizing = resizing,
            OnError = onError,
        });

    /// <summary>Reads images from files or from bytes, with all options: background, most pixels, names of columns.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">What to read, and how.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">Two columns have one name, or images of that size cannot be made.</exception>
    public static ImageReadingEstimator ReadImages(this TransformsCatalog catalog, ImageReadingEstimator.Options options)
        => new(MachineLearningContext.Environment(catalog), options);

    /// <summary>Trains a classifier of images, or of feature vectors, whose confidence separates what it knows from what it does not.</summary>
    /// <param name="catalog">The trainers of the multiclass catalog.</param>
    /// <param name="labelColumnName">The column with the class of each row. The column data must be a key: put <c>MapValueToKey</c> before the trainer.</param>
    /// <param name="featureColumnName">
    /// The column with the images. The column data must be <see cref="MLImage"/> of known size,
    /// or a vector of <see cref="float"/> or <see cref="byte"/> of known shape, as <c>ExtractPixels</c> makes it. For <see cref="Backbone.Dense"/>
    /// the column with the feature vectors, a plain vector of <see cref="float"/> of known length.
    /// </param>
    /// <param name="backbone">The network; null for the paper's WRN-40-2. It decides whether images or feature vectors are classified.</param>
    /// <param name="loss">The training loss; null for LogitNorm with τ = 0.04 and tau warm-up.</param>
    /// <param name="epochs">Passes over the training rows. The paper's 200 take hours without a GPU; 10 with a small network are enough to try.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epochs"/> is less than 1.</exception>
    public static LogitNormTrainer LogitNorm(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        Backbone? backbone = null,
        TrainingLoss? loss = null,
        int epochs = 200)
        => catalog.LogitNorm(new LogitNormTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            Backbone = backbone ?? Backbone.WideResNet(),
            Loss = loss ?? TrainingLoss.LogitNorm(),
            Epochs = epochs,
        });

    /// <summary>
    /// Trains a classifier of images, or of feature vectors, whose confidence separates what it knows from what it does not, with all options.
    /// </summary>
    /// <param name="catalog">The trainers of the multiclass catalog.</param>
    /// <param name="options">Network, head, loss, schedule and the rest; the defaults are the paper's recipe, with tau warm-up.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// Options do not go together: the loss needs a linear head, and there is another one; <see cref="Backbone.Dense"/> with what is for images; two output
    /// columns of one name.
    /// </exception>
    public static LogitNormTrainer LogitNorm(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, LogitNormTrainer.Options options)
        => new(MachineLearningContext.Environment(catalog), options);

    /// <summary>Chooses the temperature τ of the LogitNorm loss: one training for each value, validated against Gaussian noise.</summary>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="options">The trainer's options, the temperatures to try and how to choose.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public static LogitNormTuner LogitNormTuner(this MulticlassClassificationCatalog catalog, LogitNormTuner.Options options)
        => new(MachineLearningContext.Environment(catalog), options);

    /// <summary>Appends the default score per row (<see cref="OodScores.Default"/>): the higher, the more likely the row is out of distribution.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <remarks>The columns have their usual names; the other overload takes other names.</remarks>
    public static OodScoreEstimator OodScore(this TransformsCatalog catalog) => catalog.OodScore(OodScores.Default());

    /// <summary>Appends a score per row: the higher, the more likely the row is out of distribution.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="score">How to score; see <see cref="OodScores"/>. It decides which columns are needed, and its page says which.</param>
    /// <param name="outputColumnName">Name of the new column, a <see cref="float"/>; its range is the score's.</param>
    /// <param name="labelColumnName">The column with the class of each row, a key, for scores that learn from labelled rows; others do not look at it.</param>
    /// <param name="logitsColumnName">
    /// The column with the logits, a vector of <see cref="float"/>. Scores that need the network find it by this column too.
    /// </param>
    /// <param name="embeddingColumnName">
    /// The column with the embedding, a vector of <see cref="float"/>. Scores that need nothing else work on the features of any ML.NET or ONNX transform,
    /// without a classifier of this library.
    /// </param>
    /// <param name="layerStatisticsColumnName">The column with the layer statistics, a vector of <see cref="float"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="score"/> is null.</exception>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static OodScoreEstimator OodScore(
        this TransformsCatalog catalog,
        OodScore score,
        string outputColumnName = ColumnNames.OodScore,
        string labelColumnName = "Label",
        string logitsColumnName = ColumnNames.Logits,
        string embeddingColumnName = ColumnNames.Embedding,
        string layerStatisticsColumnName = ColumnNames.LayerStatistics)
        => new(
            MachineLearningContext.Environment(catalog), score, outputColumnName,
            new(logitsColumnName, embeddingColumnName, layerStatisticsColumnName, labelColumnName));

    /// <summary>Appends the decision whether a row is out of distribution, with a guaranteed rate of false alarms.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="falseAlarmRate">
    /// In (0, 1): at most this share of in-distribution rows is called out of distribution.
    /// <c>Fit</c> needs at least 1 / rate − 1 rows, all in-distribution and none of them seen by the trainer.
    /// </param>
    /// <param name="scoreColumnName">The column to decide by, a <see cref="float"/> for which higher means more likely out of distribution.</param>
    /// <param name="confidenceColumnName">
    /// Name of the new column with 1 − p-value, a <see cref="float"/>: the share of calibration rows that look less unusual.
    /// </param>
    /// <param name="decisionColumnName">Name of the new column with the decision, a <see cref="bool"/>.</param>
    /// <param name="confidence">
    /// Null (default): the rate is kept on average over draws of the calibration rows. Or in (0, 1), such as 0.9: with this probability over their draw, it is
    /// kept by the detector that they make. <c>Fit</c> then needs more rows (<see cref="OodDetectorEstimator.RequiredRows"/>), and fewer unknown rows are
    /// found.
    /// </param>
    /// <param name="perClass">Whether each predicted class has a threshold of its own, and the promise holds for each of them.</param>
    /// <param name="predictedLabelColumnName">The column with the predicted class, a key; only looked at with <paramref name="perClass"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="falseAlarmRate"/> or <paramref name="confidence"/> lies outside (0, 1).</exception>
    /// <exception cref="ArgumentException">A name is empty, or both new columns have the same.</exception>
    public static OodDetectorEstimator OodDetector(
        this TransformsCatalog catalog,
        double falseAlarmRate = 0.05,
        string scoreColumnName = ColumnNames.OodScore,
        string confidenceColumnName = ColumnNames.OodConfidence,
        string decisionColumnName = ColumnNames.IsOutOfDistribution,
        double? confidence = null,
        bool perClass = false,
        string predictedLabelColumnName = ColumnNames.PredictedLabel)
        => new(
            MachineLearningContext.Environment(catalog),
            falseAlarmRate,
            confidence,
            new(scoreColumnName, confidenceColumnName, decisionColumnName, perClass ? predictedLabelColumnName : null));

    /// <summary>
    /// Keeps some training images in the model, small, and names for each row the most similar ones, as the network sees them, to be shown beside it.
    /// </summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="count">How many images are named for each row, at least 1.</param>
    /// <param name="mostImages">
    /// How many are kept, divided among the classes and rounded up. The default, 500, takes about 1.5 MB in the model file for images of 32×32 pixels.
    /// </param>
    /// <param name="thumbnailSize">Pixels of the longer side of what is kept; smaller images stay as they are.</param>
    /// <param name="outputColumnName">
    /// Name of the new column with the nearest images, the most similar first, a vector of <see cref="int"/>: indices of
    /// <see cref="NearestImagesTransformer.Images"/>; −1 for a row without an image.
    /// </param>
    /// <param name="similarityColumnName">
    /// Name of the new column with how similar they are, a vector of <see cref="float"/> in [−1, 1]: the cosine of the angle between the embeddings.
    /// </param>
    /// <param name="imageColumnName">The column with the images to keep, <see cref="MLImage"/> of any size; only looked at by <c>Fit</c>.</param>
    /// <param name="embeddingColumnName">The column with the embedding, a vector of <see cref="float"/>.</param>
    /// <param name="labelColumnName">The column with the class of each row, a key; only looked at by <c>Fit</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1, or fewer images are kept than named.</exception>
    /// <exception cref="ArgumentException">A name is empty, or both new columns have the same.</exception>
    public static NearestImagesEstimator NearestImages(
        this TransformsCatalog catalog,
        int count = 3,
        int mostImages = 500,
        int thumbnailSize = 64,
        string outputColumnName = ColumnNames.NearestImages,
        string similarityColumnName = ColumnNames.NearestSimilarities,
        string imageColumnName = "Image",
        string embeddingColumnName = ColumnNames.Embedding,
        string labelColumnName = "Label")
        => new(
            MachineLearningContext.Environment(catalog), count, mostImages, thumbnailSize, imageColumnName, labelColumnName,
            new(embeddingColumnName, outputColumnName, similarityColumnName));

    /// <summary>Measures how well a score tells in-distribution from out-of-distribution rows.</summary>
    /// <param name="catalog">The anomaly detection catalog.</param>
    /// <param name="inDistribution">Scored rows of the known classes, not used for training or calibration.</param>
    /// <param name="outOfDistribution">Scored rows of none of them.</param>
    /// <param name="scoreColumnName">The score's column, a <see cref="float"/> for which higher means more likely out of distribution.</param>
    /// <param name="decisionColumnName">
    /// The decision's column, a <see cref="bool"/>, from which the false-alarm and detection rates are measured. Null (default) takes
    /// <c>IsOutOfDistribution</c> if both sides have it, and leaves the rates null otherwise.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="ArgumentException">A side has no rows, or a score is NaN.</exception>
    public static OodDetectionMetrics EvaluateOod(
        this AnomalyDetectionCatalog catalog,
        IDataView inDistribution,
        IDataView outOfDistribution,
        string scoreColumnName = ColumnNames.OodScore,
        string? decisionColumnName = null)
        => OodEvaluation.Evaluate(MachineLearningContext.Environment(catalog), inDistribution, outOfDistribution, scoreColumnName, decisionColumnName);

    /// <summary>
    /// Compares scores on the same rows, in one pass over each set: which one tells in-distribution from out-of-distribution rows best, and what it costs.
    /// </summary>
    /// <param name="catalog">The anomaly detection catalog.</param>
    /// <param name="model">The trained pipeline, or any transformer that appends what the scores need: logits, embedding, or columns of scores.</param>
    /// <param name="inDistribution">Rows of the known classes, as the model takes them, not used for training.</param>
    /// <param name="outOfDistribution">Rows of none of them, as the model takes them: one or more sets, by name.</param>
    /// <param name="options">Which scores, what they learn from, progress and the rest; null for all scores that learn nothing.</param>
    /// <remarks>
    /// A score that cannot take part, as a column that it needs is not there, says so in <see cref="OodScoreResult.Failure"/>; the others go on.
    /// With <see cref="OodScoreComparison.Options.Search"/> hyper-parameters are first chosen on sets that are not reported.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, and no score can do without it.</exception>
    /// <exception cref="ArgumentException">
    /// There is no set, a side has no rows, a score has to learn and there is no <see cref="OodScoreComparison.Options.TrainingData"/>, or hyper-parameters are
    /// to be chosen on rows that are reported, or that scores learn from.
    /// </exception>
    /// <exception cref="InvalidOperationException">A row cannot be read; the message names it.</exception>
    /// <exception cref="OperationCanceledException"><see cref="OodScoreComparison.Options.CancellationToken"/>, or ML.NET's context, was cancelled.</exception>
    public static OodScoreComparison CompareOodScores(
        this AnomalyDetectionCatalog catalog,
        ITransformer model,
        IDataView inDistribution,
        IReadOnlyDictionary<string, IDataView> outOfDistribution,
        OodScoreComparison.Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inDistribution);
        options ??= new();
        OodScoreSearch.CheckSets(outOfDistribution, nameof(outOfDistribution));
        options.Search?.CheckApart(inDistribution, outOfDistribution, options.TrainingData);
        var scores = options.Scores ?? [.. (options.Search is null ? OodScores.All : OodScores.Candidates)
            .Where(score => (options.TrainingData is not null || !score.Learns) && (options.IncludeOdin || score is not Odin))];
        if (scores.Count == 0 && options.ScoreColumnNames.Count == 0)
            throw new ArgumentException("Give at least one score or score column to compare; or leave Scores out to compare all.", nameof(options));
        if (options.TrainingData is null && scores.FirstOrDefault(score => score.Learns) is { } learner)
            throw new ArgumentException(
                $"The score {learner.Name} learns from the rows that the network was trained on: "
                + $"give them as {nameof(options.TrainingData)}, or leave the score out.",
                nameof(options));
        return new OodScoreComparer(MachineLearningContext.Environment(catalog), model, scores, options).Run(inDistribution, outOfDistribution);
    }

    /// <summary>Makes <c>Score</c> a probability that can be taken at its word: the softmax of the logits at a temperature fitted on held-out rows.</summary>
    /// <remarks>The predicted class, the logits and the scores made of them do not change.</remarks>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="labelColumnName">
    /// The column with the class of each row, a key; only <c>Fit</c> looks at it. <c>Fit</c> needs rows that the trainer has not seen.
    /// </param>
    /// <param name="logitsColumnName">The column with the logits, a vector of <see cref="float"/> with a value for each class.</param>
    /// <param name="scoreColumnName">
    /// Name of the column with the probabilities, a vector of <see cref="float"/>; replaces the column of that name and keeps its annotations.
    /// </param>
    /// <exception cref="ArgumentException">A name is empty, or logits and score have the same.</exception>
    public static TemperatureScalingEstimator TemperatureScaling(
        this TransformsCatalog catalog,
        string labelColumnName = "Label",
        string logitsColumnName = ColumnNames.Logits,
        string scoreColumnName = ColumnNames.Score)
        => new(MachineLearningContext.Environment(catalog), labelColumnName, new(logitsColumnName, scoreColumnName));

    /// <summary>Measures how far the probabilities of a multiclass classifier, of this library or another, can be taken at their word.</summary>
    /// <remarks>
    /// Rows without a label (a missing key) are left out, as <c>Evaluate</c> does, with a warning in the log;
    /// <see cref="CalibrationMetrics.Count"/> says how many remain.
    /// </remarks>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="data">Scored, labelled rows, used neither for training nor to fit a temperature.</param>
    /// <param name="labelColumnName">The column with the right class of each row. The column data must be a key.</param>
    /// <param name="scoreColumnName">The column with the probabilities, a vector of <see cref="float"/> with a value for each class.</param>
    /// <param name="bins">
    /// How many bins of equal width the confidences are sorted into, at least 1. 15 is usual, and figures compare only at equal bins.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column is missing or has another type, the two are not of the same classes, or <paramref name="bins"/> is less than 1.
    /// </exception>
    /// <exception cref="ArgumentException">No row has a label, or a row does not hold probabilities; the message names it.</exception>
    public static CalibrationMetrics EvaluateCalibration(
        this MulticlassClassificationCatalog catalog,
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = ColumnNames.Score,
        int bins = CalibrationMetrics.DefaultBins)
        => CalibrationEvaluation.Evaluate(MachineLearningContext.Environment(catalog), data, labelColumnName, scoreColumnName, bins);
}
