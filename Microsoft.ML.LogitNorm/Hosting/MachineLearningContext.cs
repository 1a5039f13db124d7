using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.LogitNorm;

/// <summary>What ML.NET keeps to itself about the environment that a catalog belongs to.</summary>
internal static class MachineLearningContext
{
    public static IHostEnvironment Environment(TrainCatalogBase.CatalogInstantiatorBase trainers) => trainers.GetEnvironment();

    public static IHostEnvironment Environment(TrainCatalogBase tasks) => tasks.GetEnvironment();

    public static IHostEnvironment Environment(TransformsCatalog transforms) => transforms.GetEnvironment();

    /// <summary>The seed given to the <see cref="MLContext"/>, if any.</summary>
    public static int? Seed(IHostEnvironment env) => ((IHostEnvironmentInternal)env).Seed;
}
