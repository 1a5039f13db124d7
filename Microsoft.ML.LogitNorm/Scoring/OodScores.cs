using System.Reflection;

namespace Microsoft.ML.LogitNorm;

/// <summary>The out-of-distribution scores. For all of them higher means more likely out of distribution.</summary>
/// <remarks>
/// <see cref="Default"/> is for those who don't want to choose. Which score is best depends on the training loss and the images: to choose, compare
/// them on images of your own, by <c>AnomalyDetection.CompareOodScores</c>.
/// Those that learn do so in <c>Fit</c>, from the rows that the network was trained on.
/// docs/scores.md has a table of all: what each needs, its cost, when to prefer it.
/// </remarks>
public static partial class OodScores
{
    /// <summary>Every score, with its default hyper-parameters; of <see cref="Fuse"/>, which is made of others, <see cref="Default"/> alone.</summary>
    public static IReadOnlyList<OodScore> All { get; } =
        [.. typeof(OodScores).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(OodScore) && method.GetParameters().All(parameter => parameter.HasDefaultValue))
            .Select(method => (OodScore)method.Invoke(null, [.. method.GetParameters().Select(parameter => parameter.DefaultValue)])!)];

    /// <summary>The score to take if you don't want to choose: softmax and layer statistics in one; at least 0.</summary>
    /// <remarks>
    /// <see cref="Fuse"/> of <see cref="MaxSoftmax"/>, which knows what the network doubts, <see cref="RelativeLayerGaussian"/>, which knows what looks
    /// like none of the classes, and <see cref="LayerGaussian"/>, which knows what looks like nothing at all that the network was trained on, however sure
    /// it is. The same for all losses and networks of this library; docs/scores.md says how it was chosen, and where another score beats it.
    /// Needs <c>Logits</c> and <c>LayerStatistics</c>; learns from at least 50 labelled rows.
    /// </remarks>
    public static OodScore Default() => Fuse(MaxSoftmax(), RelativeLayerGaussian(), LayerGaussian());

    /// <summary>Maximum softmax probability, negated: −max p, in [−1, −1/C]. The paper's default, and the best known baseline.</summary>
    /// <remarks>Hendrycks &amp; Gimpel, ICLR 2017, arXiv 1610.02136. Needs <c>Logits</c>; learns nothing.</remarks>
    public static OodScore MaxSoftmax() => new MaxSoftmax();

    /// <summary>Maximum logit, negated: −max f, unbounded.</summary>
    /// <remarks>Hendrycks et al., ICML 2022, arXiv 1911.11132. Needs <c>Logits</c>; learns nothing.</remarks>
    public static OodScore MaxLogit() => new MaxLogit();

    /// <summary>Free energy of the logits: −T log Σ exp(f/T), unbounded. Suits cross-entropy; with LogitNorm at a small τ it is weak.</summary>
    /// <param name="temperature">T &gt; 0; the paper uses 1.</param>
    /// <remarks>Liu et al., NeurIPS 2020, arXiv 2010.03759. Needs <c>Logits</c>; learns nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0.</exception>
    public static OodScore Energy(double temperature = 1) => new Energy(temperature);

    /// <summary>Entropy of the softmax: −Σ p log p, in [0, log C].</summary>
    /// <remarks>Macêdo et al., IJCNN 2021, arXiv 1908.05569. Needs <c>Logits</c>; learns nothing.</remarks>
    public static OodScore Entropy() => new Entropy();

    /// <summary>Generalised entropy (GEN) of the largest probabilities: Σ p^γ (1 − p)^γ, at least 0.</summary>
    /// <param name="gamma">γ in (0, 1); the paper uses 0.1.</param>
    /// <param name="topClasses">
    /// How many of the largest probabilities count, at least 1; all where there are fewer classes. The paper uses 100 of ImageNet's 1,000.
    /// </param>
    /// <remarks>Liu et al., CVPR 2023. Needs <c>Logits</c>; learns nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    public static OodScore GeneralizedEntropy(double gamma = 0.1, int topClasses = 100) => new GeneralizedEntropy(gamma, topClasses);

    /// <summary>Least Kullback–Leibler divergence from the typical softmax of a class, at least 0.</summary>
    /// <remarks>Hendrycks et al., ICML 2022, arXiv 1911.11132. Needs <c>Logits</c>; learns the mean softmax of each predicted class.</remarks>
    public static OodScore KlMatching() => new KlMatching();

    /// <summary>Gradient norm, negated, in closed form: −‖C·p − 1‖₁ · ‖z‖₁, at most 0.</summary>
    /// <remarks>Huang et al., NeurIPS 2021, arXiv 2110.00218. Needs <c>Logits</c> and <c>Embedding</c>; learns nothing.</remarks>
    public static OodScore GradNorm() => new GradNorm();

    /// <summary>Simplified Hopfield energy (SHE): −z · mean embedding of the predicted class, unbounded.</summary>
    /// <remarks>Zhang et al., ICLR 2023. Needs <c>Logits</c> and <c>Embedding</c>; learns a pattern for each class from labelled rows.</remarks>
    public static OodScore SimplifiedHopfield() => new SimplifiedHopfield();

    /// <summary>Squared distance to the k-th nearest training row (KNN), by the direction of the embedding, in [0, 4].</summary>
    /// <param name="k">Which neighbour, at least 1; the paper uses 50 for CIFAR-10.</param>
    /// <param name="bankSize">
    /// How many training rows to keep, at least <paramref name="k"/>; null keeps all. A row takes 4 bytes a feature, in memory and in the model file.
    /// </param>
    /// <remarks>Sun et al., ICML 2022, arXiv 2204.06507. Needs <c>Embedding</c>; learns a bank of training rows.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    public static OodScore NearestNeighbours(int k = 50, int? bankSize = null) => new NearestNeighbours(k, bankSize);

    /// <summary>Mahalanobis distance (MDS) to the nearest class, squared, at least 0.</summary>
    /// <param name="shrinkage">
    /// Share of the mean variance that is added to each direction of the covariance: 0, as in the paper, adds nothing; null estimates from the
    /// rows how much helps (Ledoit and Wolf, 2004), which few rows, or singular covariances, need.
    /// </param>
    /// <param name="normalize">Whether embeddings are divided by their norm (MDS++), which helps with pretrained networks.</param>
    /// <remarks>
    /// Lee et al., NeurIPS 2018, arXiv 1807.03888; Mueller and Hein, ICML 2025, arXiv 2505.18032.
    /// Needs <c>Embedding</c>; learns means and covariance from labelled rows.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shrinkage"/> is negative.</exception>
    public static OodScore Mahalanobis(double? shrinkage = 0, bool normalize = false) => new Mahalanobis(shrinkage, normalize);

    /// <summary>Relative Mahalanobis distance (RMDS): to the nearest class, less that to all classes together; unbounded.</summary>
    /// <param name="shrinkage">
    /// Share of the mean variance that is added to each direction of the covariances: 0, as in the paper, adds nothing; null estimates from the
    /// rows how much helps (Ledoit and Wolf, 2004), which few rows, or singular covariances, need.
    /// </param>
    /// <param name="normalize">Whether embeddings are divided by their norm, which helps with pretrained networks.</param>
    /// <remarks>
    /// Ren et al., 2021, arXiv 2106.09022; Mueller and Hein, ICML 2025, arXiv 2505.18032.
    /// Needs <c>Embedding</c>; learns means and covariances from labelled rows.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shrinkage"/> is negative.</exception>
    public static OodScore RelativeMahalanobis(double? shrinkage = 0, bool normalize = false) => new RelativeMahalanobis(shrinkage, normalize);

    /// <summary>Mahalanobis distance of the layer statistics to the cloud of all training rows, at least 0: finds what is far, such as noise.</summary>
    /// <param name="shrinkage">
    /// Share of the mean variance that is added to each direction of the covariance; null (default) estimates from the rows how much helps
    /// (Ledoit and Wolf, 2004).
    /// </param>
    /// <remarks>This library's own. Needs <c>LayerStatistics</c>; learns mean and covariance from rows, without labels.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shrinkage"/> is negative.</exception>
    public static OodScore LayerGaussian(double? shrinkage = null) => new LayerGaussian(shrinkage);

    /// <summary>Mahalanobis distance of the layer statistics to the nearest class, less that to all classes together; unbounded.</summary>
    /// <param name="shrinkage">
    /// Share of the mean variance that is added to each direction of the covariances; null (default) estimates from the rows how much helps
    /// (Ledoit and Wolf, 2004).
    /// </param>
    /// <remarks>This library's own. Needs <c>LayerStatistics</c>; learns means and covariances from labelled rows.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shrinkage"/> is negative.</exception>
    public static OodScore RelativeLayerGaussian(double? shrinkage = null) => new RelativeLayerGaussian(shrinkage);

    /// <summary>Virtual-logit matching (ViM): scaled residual of the embedding less the logits' log Σ exp, unbounded.</summary>
    /// <param name="dimension">
    /// Of the principal space, at least 1 and below the embedding size; null for half of the embedding, and the authors' 512 or 1000 of large ones.
    /// </param>
    /// <remarks>
    /// Wang et al., CVPR 2022, arXiv 2203.10807. Needs <c>Logits</c> and <c>Embedding</c>; learns the principal space from rows and a linear head.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimension"/> is less than 1.</exception>
    public static OodScore VirtualLogit(int? dimension = null) => new VirtualLogit(dimension);

    /// <summary>Length of the embedding's part in directions in which training rows hardly vary, at least 0.</summary>
    /// <param name="dimension">
    /// Of the principal space, at least 1 and below the embedding size; null for half of the embedding, and the authors' 512 or 1000 of large ones.
    /// </param>
    /// <remarks>Wang et al., CVPR 2022, arXiv 2203.10807. Needs <c>Embedding</c>; learns the principal space from rows and a linear head.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimension"/> is less than 1.</exception>
    public static OodScore Residual(int? dimension = null) => new Residual(dimension);

    /// <summary>Energy guided by the nearest training rows (NNGuide), negated, unbounded.</summary>
    /// <param name="k">How many neighbours, at least 1; the paper uses 10.</param>
    /// <param name="bankSize">
    /// How many training rows to keep, at least <paramref name="k"/>; null keeps all. A row takes 4 bytes a feature, in memory and in the model file.
    /// </param>
    /// <remarks>Park et al., ICCV 2023, arXiv 2309.14888. Needs <c>Logits</c> and <c>Embedding</c>; learns a bank of training rows.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    public static OodScore NnGuide(int k = 10, int? bankSize = null) => new NnGuide(k, bankSize);

    /// <summary>Relation to the training rows, in embedding and prediction together (neural relation graph), negated, in [−N, 0] for N rows.</summary>
    /// <param name="power">t above 0: the larger, the more the closest rows decide; OpenOOD's default is 1.</param>
    /// <param name="bankSize">
    /// N, how many training rows to keep, at least 1; null keeps all. A row takes 4 bytes a feature and class, in memory and in the model file.
    /// </param>
    /// <remarks>Kim et al., NeurIPS 2023, arXiv 2301.12321. Needs <c>Logits</c> and <c>Embedding</c>; learns a bank of training rows.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    public static OodScore Relation(double power = 1, int? bankSize = null) => new Relation(power, bankSize);

    /// <summary>Energy of the features clipped at a percentile (ReAct), unbounded.</summary>
    /// <param name="percentile">In (0, 100); the paper uses 90.</param>
    /// <remarks>Sun et al., NeurIPS 2021, arXiv 2111.12797. Needs <c>Embedding</c> and the head; learns the limit.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percentile"/> lies outside (0, 100).</exception>
    public static OodScore ReAct(double percentile = 90) => new ReAct(percentile);

    /// <summary>Energy of the features clipped at a low and at a high percentile (VRA), unbounded.</summary>
    /// <param name="low">In (0, 100), below <paramref name="high"/>; OpenOOD's default is 10.</param>
    /// <param name="high">In (0, 100); OpenOOD's default is 90.</param>
    /// <remarks>Xu et al., NeurIPS 2023, arXiv 2302.11886. Needs <c>Embedding</c> and the head; learns the limits.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A percentile lies outside (0, 100), or the low one is not below the high one.</exception>
    public static OodScore Vra(double low = 10, double high = 90) => new Vra(low, high);

    /// <summary>Energy of the strongest features, all alike (ASH-B), unbounded.</summary>
    /// <param name="percentile">Share of the features to drop, in (0, 100); the paper uses 65.</param>
    /// <remarks>Djurisic et al., ICLR 2023, arXiv 2209.09858. Needs <c>Embedding</c> and the head; learns nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percentile"/> lies outside (0, 100).</exception>
    public static OodScore AshB(double percentile = 65) => new AshB(percentile);

    /// <summary>Energy of the strongest features, scaled up for what is dropped (ASH-S), unbounded.</summary>
    /// <param name="percentile">Share of the features to drop, in (0, 100); the paper uses 90.</param>
    /// <remarks>Djurisic et al., ICLR 2023, arXiv 2209.09858. Needs <c>Embedding</c> and the head; learns nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percentile"/> lies outside (0, 100).</exception>
    public static OodScore AshS(double percentile = 90) => new AshS(percentile);

    /// <summary>Energy of all features, scaled by how little the strongest stand out (SCALE), unbounded.</summary>
    /// <param name="percentile">Share of the features that does not count as strongest, in (0, 100); the paper uses 85.</param>
    /// <remarks>Xu et al., ICLR 2024, arXiv 2310.00227. Needs <c>Embedding</c> and the head; learns nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percentile"/> lies outside (0, 100).</exception>
    public static OodScore Scale(double percentile = 85) => new Scale(percentile);

    /// <summary>Energy through the head's weights that matter for known classes (DICE), unbounded.</summary>
    /// <param name="percentile">Share of the weights to drop, in (0, 100); the paper uses 90.</param>
    /// <remarks>Sun &amp; Li, ECCV 2022, arXiv 2111.09805. Needs <c>Embedding</c>; learns the weights to keep from rows and a linear head.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percentile"/> lies outside (0, 100).</exception>
    public static OodScore Dice(double percentile = 90) => new Dice(percentile);

    /// <summary>Distance to the decision boundaries (fDBD), negated, at most 0.</summary>
    /// <param name="distanceToMean">
    /// Whether it is relative to the embedding's distance from the training mean, as in the paper;
    /// otherwise to the embedding's norm, which needs no training rows.
    /// </param>
    /// <remarks>Liu &amp; Qin, ICML 2024, arXiv 2312.11536. Needs <c>Logits</c>, <c>Embedding</c> and a linear head; learns the mean.</remarks>
    public static OodScore Fdbd(bool distanceToMean = true) => new Fdbd(distanceToMean);

    /// <summary>How far the embedding points to the weight of its predicted class, as seen from the training mean (NCI), negated, unbounded.</summary>
    /// <param name="alpha">What the embedding's size counts beside that, at least 0; OpenOOD's default is 0.0001.</param>
    /// <remarks>Liu &amp; Qin, 2023, arXiv 2311.01479. Needs <c>Logits</c>, <c>Embedding</c> and a linear head; learns the mean.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is negative or not finite.</exception>
    public static OodScore Nci(double alpha = 0.0001) => new Nci(alpha);

    /// <summary>Largest cosine of the embedding and the class weights, negated, in [−1, 1]: the score that goes with the cosine heads.</summary>
    /// <remarks>
    /// Techapanurak et al., arXiv 1905.10628; Hsu et al., CVPR 2020, arXiv 2002.11297. Needs <c>Embedding</c> and the head, of any kind; learns nothing.
    /// </remarks>
    public static OodScore MaxCosine() => new MaxCosine();

    /// <summary>Softmax confidence at a high temperature after a small step of the image (ODIN), negated, in [−1, −1/C].</summary>
    /// <param name="temperature">T &gt; 0; the paper uses 1000.</param>
    /// <param name="epsilon">
    /// Size of the step as a share of the range of pixel values, at least 0; the LogitNorm authors use 0.0014. 0 needs neither image nor network.
    /// Vectors of float count as 0 to 1 if the training pixels' mean and deviation are at most 1, and as 0 to 255 otherwise.
    /// </param>
    /// <remarks>Liang et al., ICLR 2018, arXiv 1706.02690. Needs the network and the image; learns nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not in its range.</exception>
    public static OodScore Odin(double temperature = 1000, double epsilon = 0.0014) => new Odin(temperature, epsilon);

    /// <summary>Several scores in one, by Fisher's method: how surprising a row is among calibration rows by all of them together; at least 0.</summary>
    /// <param name="parts">At least two scores, of whatever scales; none has to be weighted.</param>
    /// <remarks>
    /// Fisher, 1932; for conformal p-values Bates et al., Annals of Statistics 2023, arXiv 2104.08279; beyond the calibration rows this library's own.
    /// Needs what its parts need; learns what they learn, and sorted scores of the rows that it is fitted on. Where a part learns, all parts learn from
    /// four fifths of the rows, drawn at random, and the others rank. <c>Fit</c> needs 10 rows to rank among, so 50 where a part learns.
    /// With <see cref="Odin"/> among the parts <c>Fit</c> holds the pixels of all its rows in memory.
    /// </remarks>
    /// <exception cref="ArgumentException">Fewer than two scores, or one of them is null.</exception>
    public static OodScore Fuse(params IReadOnlyList<OodScore> parts) => new Fuse(parts);
}
