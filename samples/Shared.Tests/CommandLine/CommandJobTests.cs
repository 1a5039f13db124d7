using Shared.CommandLine;

namespace Shared.Tests.CommandLine;

public sealed class CommandJobTests
{
    [Test]
    public async Task Run_JobEnds_IsZero()
        => Assert.That(await Run(() => { }), Is.EqualTo((0, "")));

    [Test]
    public async Task Run_UserCanMendIt_IsOneAndTold()
        => Assert.That(await Run(() => throw new InputException("--data x: no such folder.")), Is.EqualTo((1, "--data x: no such folder.")));

    // As a data view does when a row throws.
    [Test]
    public async Task Run_CancelledInsideADataView_Is130()
        => Assert.That(
            await Run(() => throw new InvalidOperationException("Splitter", new OperationCanceledException()), new(canceled: true)),
            Is.EqualTo((130, "stopped")));

    [Test]
    public void Run_MistakeInTheProgram_IsNotHidden()
        => Assert.That(() => Run(() => throw new NullReferenceException()), Throws.TypeOf<NullReferenceException>());

    private static async Task<(int Exit, string Said)> Run(Action job, CancellationToken cancellation = default)
    {
        var said = "";
        var exit = await CommandJob.Run(job, () => said = "stopped", e => said = e.Message, cancellation);
        return (exit, said);
    }
}
