// clrmd CORE [LIBMSCORDACCORE.SO]: reads a core file of a .NET process as a debugger would and prints
// one JSON object: the runtime, each thread with its managed frames, and the heap by type.
// Exit code: 0 read, 1 the dump is not usable (its JSON member "error" says why), 2 usage.
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Diagnostics.Runtime;

if (args.Length is < 1 or > 2)
{
    Console.Error.WriteLine("usage: clrmd CORE [LIBMSCORDACCORE.SO]");
    return 2;
}

var report = new Dictionary<string, object?>();
try
{
    Read(args[0], args.Length == 2 ? args[1] : null);
}
catch (Exception e)
{
    report["error"] = $"{e.GetType().Name}: {e.Message}";
}
var options = new JsonSerializerOptions
{
    WriteIndented = true,
    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
};
Console.WriteLine(JsonSerializer.Serialize(report, options));
return report.ContainsKey("error") ? 1 : 0;

void Read(string path, string? dac)
{
    using var target = DataTarget.LoadDump(path);
    if (target.ClrVersions.Length == 0)
        throw new InvalidDataException("no CoreCLR in this dump");
    var clr = target.ClrVersions[0];
    using var runtime = dac == null ? clr.CreateRuntime() : clr.CreateRuntime(dac, ignoreMismatch: true);
    report["runtime"] = RuntimeVersion(clr.ModuleInfo.FileName);
    report["architecture"] = target.DataReader.Architecture.ToString();
    report["modules"] = runtime.EnumerateModules().Count();
    ReadThreads(runtime);
    ReadHeap(runtime.Heap);
}

// ClrMD gives no version on Linux; libcoreclr.so carries it as text: "@(#)Version 10.0.1226.41011 @Commit: ...".
string? RuntimeVersion(string path)
{
    if (!File.Exists(path))
        return null;
    var image = File.ReadAllBytes(path).AsSpan();
    var mark = "@(#)Version "u8;
    var start = image.IndexOf(mark);
    if (start < 0)
        return null;
    var text = image[(start + mark.Length)..];
    var end = text.IndexOfAny((byte)' ', (byte)0);
    return end < 0 ? null : Encoding.ASCII.GetString(text[..end]);
}

void ReadThreads(ClrRuntime runtime)
{
    var threads = runtime.Threads.Where(t => t.IsAlive).Select(t => new
    {
        id = t.OSThreadId,
        frames = t.EnumerateStackTrace().Where(f => f.Method != null).Select(f => f.Method!.Signature).ToArray(),
    }).ToArray();
    report["threads"] = threads;
    report["threadCount"] = threads.Length;
    report["frameCount"] = threads.Sum(t => t.frames.Length);
    if (threads.Length == 0)
        report["error"] = "no managed threads";
}

void ReadHeap(ClrHeap heap)
{
    report["heapWalkable"] = heap.CanWalkHeap;
    if (!heap.CanWalkHeap)
    {
        report["error"] = "the heap cannot be walked";
        return;
    }
    var types = new Dictionary<string, (long Count, ulong Bytes)>();
    foreach (var o in heap.EnumerateObjects())
    {
        var name = o.Type?.Name ?? "?";
        types.TryGetValue(name, out var sum);
        types[name] = (sum.Count + 1, sum.Bytes + o.Size);
    }
    report["objects"] = types.Values.Sum(t => t.Count);
    report["heapBytes"] = types.Values.Sum(t => (long)t.Bytes);
    report["types"] = types.OrderByDescending(t => t.Value.Bytes).Take(100)
        .Select(t => new { name = t.Key, count = t.Value.Count, bytes = t.Value.Bytes }).ToArray();
    if (types.Count == 0)
        report["error"] = "no objects on the heap";
}
