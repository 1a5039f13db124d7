namespace WebApp.Uploads;

/// <summary>A file that was sent.</summary>
/// <param name="Name">What its sender calls it.</param>
/// <param name="Bytes">All of it.</param>
internal sealed record UploadedFile(string Name, byte[] Bytes);
