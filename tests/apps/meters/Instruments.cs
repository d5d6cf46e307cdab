using System.Diagnostics.Metrics;

namespace Portside.TestApps.Meters;

// One instrument of each kind, with two sets of tags.
sealed class Instruments
{
    static readonly KeyValuePair<string, object?>[] A = [new("route", "/a"), new("code", 200)];
    static readonly KeyValuePair<string, object?>[] B = [new("route", "/b"), new("code", 500)];

    readonly Meter _meter = new("Portside.Meters", "1.2.3", [new("team", "blue")], null);
    readonly Counter<long> _count;
    readonly UpDownCounter<int> _queue;
    readonly Histogram<double> _duration;
#if NET9_0_OR_GREATER
    readonly Gauge<double> _level;
#endif
    readonly long _start = Environment.TickCount64;
    long _ticks;

    public Instruments()
    {
        _count = _meter.CreateCounter<long>("m.count", "{item}", "Items, counted");
        _queue = _meter.CreateUpDownCounter<int>("m.queue", null, null);
        _duration = _meter.CreateHistogram<double>("m.duration", "s", "How long", [new("kind", "h")]);
#if NET9_0_OR_GREATER
        _level = _meter.CreateGauge<double>("m.level", "%", "Set now and then");
#endif
        _meter.CreateObservableCounter("m.observed.count", () => Both(Interlocked.Read(ref _ticks)), "B");
        _meter.CreateObservableUpDownCounter("m.observed.queue", () => Both(-7));
        _meter.CreateObservableGauge("m.observed.level", () => Both(1e-7), "", "Never changes");
        // Observed for the first four seconds only: what ends, ends.
        _meter.CreateObservableGauge("m.ends",
            () => Environment.TickCount64 - _start < 4000 ? [new Measurement<double>(1)] : Array.Empty<Measurement<double>>());
        _meter.CreateObservableGauge("m.throws", Throws);
    }

    static Measurement<double>[] Both(double value) => [new(value, A), new(value * 2, B)];

    static double Throws() => throw new InvalidOperationException("as it should");

    public void Tick(int n)
    {
        Interlocked.Increment(ref _ticks);
        _count.Add(1, A);
        _count.Add(2, B);
        _queue.Add(n % 2 == 0 ? 1 : -1, A);
        _duration.Record(n % 100 / 100.0, A);
        _duration.Record(n % 10, B);
#if NET9_0_OR_GREATER
        _level.Record(12.5, A);
#endif
    }
}
