using System.Text.Json;

namespace Microsoft.ML.LogitNorm.Tests.Reference;

[TestFixture]
public sealed class ReferenceNumbersTests
{
    [TestCase("losses.json", "logits", new[] { 64, 10 })]
    [TestCase("wrn.json", "embedding", new[] { 2, 64 })]
    public void Open_Matrix_HasItsShape(string fileName, string property, int[] shape)
    {
        using var document = ReferenceNumbers.Open(fileName);

        var matrix = document.RootElement.GetProperty(property).As<Matrix>();

        Assert.That(matrix.Shape, Is.EqualTo(shape));
        Assert.That(matrix.Data, Has.Length.EqualTo(shape[0] * shape[1]));
    }

    [Test]
    public void Open_MissingFile_NamesFileAndVariable()
        => Assert.That(
            () => ReferenceNumbers.Open("nothing.json"),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("nothing.json").And.Message.Contains(ReferenceNumbers.FolderVariable));

    [Test]
    public void As_MissingProperty_IsAnError()
    {
        using var document = JsonDocument.Parse("""{ "shape": [1, 1] }""");

        Assert.That(() => document.RootElement.As<Matrix>(), Throws.TypeOf<JsonException>().With.Message.Contains("data"));
    }
}
