using Microsoft.ML;
using Microsoft.ML.LogitNorm;
using Microsoft.ML.Runtime;

// By these lines ML.NET's Model.Load finds the types of this assembly, whose name each part of a model file carries.
[assembly: LoadableClass(typeof(LogitNormModel), null, typeof(SignatureLoadModel), "LogitNorm model", LogitNormModel.LoaderSignature)]
[assembly: LoadableClass(typeof(OodScoreTransformer), null, typeof(SignatureLoadModel), "Out-of-distribution score", OodScoreTransformer.LoaderSignature)]
[assembly: LoadableClass(
    typeof(OodDetectorTransformer), null, typeof(SignatureLoadModel), "Out-of-distribution decision", OodDetectorTransformer.LoaderSignature)]
[assembly: LoadableClass(
    typeof(TemperatureScalingTransformer), null, typeof(SignatureLoadModel), "Temperature scaling", TemperatureScalingTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(ImageReadingTransformer), null, typeof(SignatureLoadModel), "Image reading", ImageReadingTransformer.LoaderSignature)]
[assembly: LoadableClass(
    typeof(NearestImagesTransformer), null, typeof(SignatureLoadModel), "Nearest images", NearestImagesTransformer.LoaderSignature)]
