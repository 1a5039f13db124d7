using Snippets;

// README and docs/ quote these programs. They look for images in a folder, and paint some there if it is the usual one.
const string Painted = "artifacts/snippets";

if (args is not [var name, .. { Length: <= 1 } folder] || !Programs.All.TryGetValue(name, out var program))
{
    Console.Error.WriteLine($"Give one of {string.Join(", ", Programs.All.Keys)}, and your folder with photos/, held-out/, test/ and strangers/, if you like.");
    return 1;
}
Environment.CurrentDirectory = Directory.CreateDirectory(folder is [var own] ? own : Painted).FullName;
if (folder.Length == 0)
    PaintedImages.Write();
if (Programs.NeedsModel(name) && !File.Exists("model.zip"))
    OwnImages.Run();
program();
return 0;
