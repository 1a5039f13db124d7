namespace QuickStart.Report;

/// <summary>How well the test images and one set of images of unknown classes are told apart.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Rows">Number of images in the set.</param>
/// <param name="FprAt95Tpr">Share of the set that is accepted when at least 95 % of the test images are.</param>
/// <param name="Auroc">Area under the ROC curve.</param>
/// <param name="AuprIn">Average precision with the test images as positive.</param>
/// <param name="AuprOut">Average precision with the set as positive.</param>
internal sealed record OodResult(string Name, int Rows, double FprAt95Tpr, double Auroc, double AuprIn, double AuprOut);
