using System.CommandLine;

namespace PaperBenchmark.Commands;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    public static RootCommand Create()
        => new("Runs the experiments of the LogitNorm paper (Wei et al., ICML 2022, arXiv 2205.09310), and shows them as tables, figures and one report.");
}
