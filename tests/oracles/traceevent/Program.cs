#pragma warning disable CS0618 // TimeStampQPC is what the file says
// The oracle for proto/nettrace: what TraceEvent makes of a .nettrace file.
//   traceevent summary FILE          JSON: events by provider and name, lost, first and last timestamp (ticks)
//   traceevent compare FILE LINES    LINES: output of `nettrace_events lines FILE`; every name and field, side by side
//   traceevent templates             provider, id, name and fields of every event that TraceEvent has a class for
//   traceevent rate FILE [d]         events a second of CPU time; with d all payload fields are decoded
using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.EventPipe;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

switch (args.FirstOrDefault())
{
    case "summary": return Summary(args[1]);
    case "compare": return Compare(args[1], args[2]);
    case "templates": return Templates();
    case "rate": return Rate(args[1], args.Length > 2);
    default: Console.Error.WriteLine("usage: traceevent summary|compare|templates|rate ..."); return 2;
}

static List<TraceEventParser> Parsers(EventPipeEventSource source) => new()
{
    source.Clr, new ClrRundownTraceEventParser(source), new ClrPrivateTraceEventParser(source),
    new ClrStressTraceEventParser(source), new SampleProfilerTraceEventParser(source), new TplEtwProviderTraceEventParser(source),
    source.Dynamic,
};

static void OnAll(EventPipeEventSource source, Action<TraceEvent> handler)
{
    foreach (var parser in Parsers(source).Take(6)) parser.All += delegate { };
    source.Dynamic.All += delegate { };
    source.AllEvents += handler;
}

static int Summary(string file)
{
    var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
    long first = long.MaxValue, last = 0, n = 0;
    using var source = new EventPipeEventSource(file);
    OnAll(source, e =>
    {
        n++;
        first = Math.Min(first, e.TimeStampQPC);
        last = Math.Max(last, e.TimeStampQPC);
        var key = $"{e.ProviderName}/{(int)e.ID}/{e.EventName}";
        counts[key] = counts.GetValueOrDefault(key) + 1;
    });
    source.Process();
    var result = new { events = n, lost = source.EventsLost, first = n == 0 ? 0 : first, last, counts };
    Console.WriteLine(JsonSerializer.Serialize(result, new JsonSerializerOptions
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }));
    return 0;
}

// A line: timestamp TAB thread TAB provider TAB id TAB name, then TAB field=value.
static int Compare(string file, string lines)
{
    var ours = new Dictionary<string, Queue<string[]>>();
    foreach (var line in File.ReadLines(lines))
    {
        var parts = line.Split('\t');
        var key = string.Join('\t', parts.Take(4));
        if (!ours.TryGetValue(key, out var queue)) ours[key] = queue = new Queue<string[]>();
        queue.Enqueue(parts);
    }
    var kinds = new SortedDictionary<string, Kind>(StringComparer.Ordinal);
    using var source = new EventPipeEventSource(file);
    OnAll(source, e =>
    {
        var key = $"{e.TimeStampQPC}\t{(uint)e.ThreadID}\t{e.ProviderName}\t{(int)e.ID}";
        var name = $"{e.ProviderName}/{(int)e.ID}v{e.Version}/{e.EventName}";
        if (!kinds.TryGetValue(name, out var kind)) kinds[name] = kind = new Kind();
        kind.Count++;
        if (!ours.TryGetValue(key, out var queue) || queue.Count == 0) { kind.Absent++; return; }
        kind.Check(e, queue.Dequeue());
    });
    source.Process();
    bool bad = false;
    foreach (var (name, kind) in kinds)
    {
        bad |= kind.IsBad;
        if (kind.IsBad || kind.Missing.Count + kind.Extra.Count > 0) Console.WriteLine(kind.Describe(name));
    }
    long left = ours.Values.Sum(q => q.Count);
    Console.WriteLine($"{kinds.Count} kinds, {kinds.Values.Sum(k => k.Count)} events, {kinds.Values.Sum(k => k.Fields)} fields compared, {left} events only in ours: {(bad || left > 0 ? "DIFFERENT" : "equal")}");
    return bad || left > 0 ? 1 : 0;
}

static int Templates()
{
    using var source = new EventPipeEventSource(new MemoryStream());
    foreach (var parser in Parsers(source).Take(6))
    {
        var method = typeof(TraceEventParser).GetMethod("EnumerateTemplates", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        method.Invoke(parser, new object[] { null, (Action<TraceEvent>)(t =>
            Console.WriteLine($"{t.ProviderName}\t{(int)t.ID}\t{t.EventName}\t{string.Join(",", t.PayloadNames ?? Array.Empty<string>())}")) });
    }
    return 0;
}

static int Rate(string file, bool decode)
{
    for (int round = 0; round < 4; round++)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        long n = 0, seen = 0;
        using var source = new EventPipeEventSource(file);
        if (decode)
        {
            source.Dynamic.All += e =>
            {
                n++;
                for (int i = 0; i < e.PayloadNames.Length; i++) seen += e.PayloadValue(i) == null ? 0 : 1;
            };
        }
        else source.AllEvents += e => { n++; seen += e.EventDataLength; };
        source.Process();
        var used = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine($"{n} events in {used:F3} s of CPU time: {n / used / 1e6:F2} M events/s ({seen})");
    }
    return 0;
}

sealed class Kind
{
    public long Count, Absent, Fields;
    public readonly SortedSet<string> Missing = new(StringComparer.Ordinal), Extra = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _wrong = new(StringComparer.Ordinal);

    public bool IsBad => Absent > 0 || _wrong.Count > 0;

    public void Check(TraceEvent e, string[] ours)
    {
        if (ours[4] != e.EventName) _wrong["name"] = $"ours {ours[4]}, theirs {e.EventName}";
        var mine = new Dictionary<string, string>();
        foreach (var pair in ours.Skip(5))
        {
            int at = pair.IndexOf('=');
            mine[pair[..at]] = pair[(at + 1)..];
        }
        for (int i = 0; i < e.PayloadNames.Length; i++) CheckField(e, i, mine);
        foreach (var name in mine.Keys) Extra.Add(name);
    }

    private void CheckField(TraceEvent e, int i, Dictionary<string, string> mine)
    {
        var name = e.PayloadNames[i];
        string theirs;
        try { theirs = Form.Of(e.PayloadValue(i)); }
        catch (Exception x) { theirs = x.GetType().Name; }
        if (!mine.Remove(name, out var value))
        {
            Missing.Add(name);
            if (!Form.IsDefault(theirs) && !Form.IsComputed(name)) _wrong.TryAdd(name, $"not in ours, theirs {Cut(theirs)}");
            return;
        }
        if (Form.IsDerived(name)) return;
        if (name == "MethodFlags" && long.TryParse(value, out var flags)) value = (flags & ~0x380).ToString();
        Fields++;
        if (!Form.Same(value, theirs)) _wrong.TryAdd(name, $"ours {Cut(value)}, theirs {Cut(theirs)}");
    }

    private static string Cut(string s) => s.Length > 200 ? s[..200] + "..." : s;

    public string Describe(string name)
    {
        var b = new StringBuilder($"{name}: {Count} events");
        if (Absent > 0) b.Append($", {Absent} NOT IN OURS");
        if (Missing.Count > 0) b.Append($"; fields only in theirs: {string.Join(" ", Missing)}");
        if (Extra.Count > 0) b.Append($"; fields only in ours: {string.Join(" ", Extra)}");
        foreach (var (field, text) in _wrong) b.Append($"\n    WRONG {field}: {text}");
        return b.ToString();
    }
}

// One form for both sides: integers as signed decimals, floating point as bits, text in quotes.
static class Form
{
    // What TraceEvent computes from the payload's number under the same name (bit to enum value). It also takes the
    // tier's bits out of MethodFlags.
    public static bool IsDerived(string name) => name is "CompactMechanisms" or "ExpandMechanisms";

    // What TraceEvent gives for a field that this version of an event does not have.
    public static bool IsDefault(string theirs) => theirs is "0" or "-1" or "null" or "\"\"" or "f0000000000000000";

    // What TraceEvent computes from other fields or other events.
    public static bool IsComputed(string name) => name is "OptimizationTier" or "ModuleILFileName" or "ConcurrentCompactMechanisms"
        or "MemoryPressure" or "Depth" or "TotalHeapSize" or "TotalPromoted" or "TypeName" or "TypeID_0" or "TypeName_0" or "Version"
        || name.StartsWith("TotalCommitted") || name == "TotalBookkeepingCommitted";

    // TraceEvent gives many unsigned fields as int or short.
    public static bool Same(string ours, string theirs)
    {
        if (ours == theirs) return true;
        return long.TryParse(ours, out var a) && long.TryParse(theirs, out var b) && b < 0 &&
            (b == (int)a || b == (short)a || b == (sbyte)a);
    }

    public static string Of(object value) => value switch
    {
        null => "null",
        string s => "\"" + Escape(s) + "\"",
        bool b => b ? "1" : "0",
        char c => ((int)c).ToString(),
        float f => "f" + BitConverter.DoubleToInt64Bits(f).ToString("x16"),
        double d => "f" + BitConverter.DoubleToInt64Bits(d).ToString("x16"),
        Guid g => g.ToString(),
        DateTime t => t.ToFileTimeUtc().ToString(),
        ulong u => unchecked((long)u).ToString(),
        Enum e => Convert.ToInt64(e, CultureInfo.InvariantCulture).ToString(),
        char[] c => "\"" + Escape(new string(c)) + "\"",
        IDictionary<string, object> o => "{" + string.Join(",", o.Select(p => p.Key + "=" + Of(p.Value))) + "}",
        IEnumerable list => "[" + string.Join(",", list.Cast<object>().Select(Of)) + "]",
        IConvertible c => Convert.ToInt64(c, CultureInfo.InvariantCulture).ToString(),
        _ => value.ToString(),
    };

    private static string Escape(string s)
    {
        var b = new StringBuilder();
        foreach (var c in s)
        {
            if (c < 0x20 || c == '"' || c == '\\' || c > 0x7e) b.Append("\\u").Append(((int)c).ToString("x4"));
            else b.Append(c);
        }
        return b.ToString();
    }
}
