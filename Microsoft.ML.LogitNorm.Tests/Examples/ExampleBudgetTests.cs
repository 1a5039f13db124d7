namespace Microsoft.ML.LogitNorm.Tests.Examples;

/// <summary>How much of which memory images may take where ImageCache.Auto decides.</summary>
[TestFixture]
public sealed class ExampleBudgetTests
{
    private const long Gigabyte = 1L << 30;

    [Test]
    public void OnHost_IsAQuarterForEachSet()
    {
        var budget = ExampleBudget.OnHost(64 * Gigabyte);
        Assert.That(budget.Most, Is.EqualTo(16 * Gigabyte));
        budget.Take(10 * Gigabyte);
        Assert.That(budget.Most, Is.EqualTo(16 * Gigabyte));
        Assert.That(budget.Reason, Is.EqualTo("a quarter of memory"));
    }

    [TestCase(64, 8, 4, "half of the GPU's free memory", TestName = "OnDevice_SmallGpu_IsHalfOfWhatIsFree")]
    [TestCase(8, 80, 2, "a quarter of memory", TestName = "OnDevice_SmallHost_IsAQuarterOfIt")]
    [TestCase(64, -1, 1, "a GPU whose free memory libtorch does not tell", TestName = "OnDevice_FreeMemoryIsUnknown_IsOneGigabyte")]
    [TestCase(64, 0, 0, "half of the GPU's free memory", TestName = "OnDevice_NothingIsFree_IsNothing")]
    public void OnDevice_LooksAtBothMemories(long hostGigabytes, long freeGigabytes, long expectedGigabytes, string reason)
    {
        var budget = ExampleBudget.OnDevice(hostGigabytes * Gigabyte, freeGigabytes < 0 ? null : freeGigabytes * Gigabyte);
        Assert.That(budget.Most, Is.EqualTo(expectedGigabytes * Gigabyte));
        Assert.That(budget.Reason, Does.Contain(reason));
    }

    [Test]
    public void OnDevice_WhatTheFirstSetTakes_TheSecondDoesNotGet()
    {
        var budget = ExampleBudget.OnDevice(64 * Gigabyte, 8 * Gigabyte);
        budget.Take(3 * Gigabyte);
        Assert.That(budget.Most, Is.EqualTo(1 * Gigabyte));
    }

    [Test]
    public void Free_WithoutCuda_IsUnknown()
    {
        Assume.That(TorchSharp.torch.cuda.is_available(), Is.False);
        Assert.That(CudaMemory.Free(0), Is.Null);
    }
}
