using OxyPlot;

namespace Shared.Plots;

/// <summary>The colours of all pictures, told apart by the colour-blind too.</summary>
public static class ReportPalette
{
    // Okabe and Ito, "Color Universal Design".
    public static readonly OxyColor Blue = OxyColor.FromRgb(0x00, 0x72, 0xB2);
    public static readonly OxyColor Vermilion = OxyColor.FromRgb(0xD5, 0x5E, 0x00);
    public static readonly OxyColor Green = OxyColor.FromRgb(0x00, 0x9E, 0x73);
    public static readonly OxyColor Pink = OxyColor.FromRgb(0xCC, 0x79, 0xA7);
    public static readonly OxyColor Orange = OxyColor.FromRgb(0xE6, 0x9F, 0x00);
    public static readonly OxyColor Gray = OxyColor.FromRgb(0x6B, 0x6B, 0x6B);
    public static readonly OxyColor Sky = OxyColor.FromRgb(0x56, 0xA0, 0xD3);

    /// <summary>Lines that help to read and are not looked at.</summary>
    public static readonly OxyColor Grid = OxyColor.FromRgb(0xEE, 0xEE, 0xEE);

    /// <summary>Frames and ticks.</summary>
    public static readonly OxyColor Frame = OxyColors.LightGray;

    /// <summary>For sets of images: the first is the known classes, the others far from it and from each other.</summary>
    public static IReadOnlyList<OxyColor> Sets { get; } =
    [
        Blue, Vermilion, Green, Pink, Orange, Gray,
        // Tol's "muted" scheme, where there are more.
        OxyColor.FromRgb(0x33, 0x22, 0x88), OxyColor.FromRgb(0x99, 0x99, 0x33), OxyColor.FromRgb(0x88, 0x22, 0x55), OxyColor.FromRgb(0x88, 0xCC, 0xEE),
    ];

    /// <summary>For the classes of one set, at most ten: Tol's "muted" scheme, and the orange of his "vibrant" one.</summary>
    public static IReadOnlyList<OxyColor> Classes { get; } =
    [
        OxyColor.FromRgb(0x33, 0x22, 0x88), OxyColor.FromRgb(0xCC, 0x66, 0x77), OxyColor.FromRgb(0xDD, 0xCC, 0x77), OxyColor.FromRgb(0x11, 0x77, 0x33),
        OxyColor.FromRgb(0x88, 0xCC, 0xEE), OxyColor.FromRgb(0x88, 0x22, 0x55), OxyColor.FromRgb(0x44, 0xAA, 0x99), OxyColor.FromRgb(0x99, 0x99, 0x33),
        OxyColor.FromRgb(0xAA, 0x44, 0x99), OxyColor.FromRgb(0xEE, 0x77, 0x33),
    ];

    /// <summary>The colour of the given set, counted from 0; they begin again where there are more sets than colours.</summary>
    public static OxyColor Set(int index) => Sets[index % Sets.Count];
}
