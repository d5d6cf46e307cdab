using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace Portside.TestApps.Meters;

// The same in each interval, whoever listens and however busy the machine is: what is counted, is counted while the
// runtime asks the one instrument that it asks once in an interval.
sealed class ExactInstruments
{
    static readonly KeyValuePair<string, object?>[] A = [new("route", "/a"), new("code", 200)];
    static readonly KeyValuePair<string, object?>[] B = [new("route", "/b"), new("code", 500)];

    readonly Meter _meter = new("Portside.Exact", "4.5.6", [new("team", "red")], null);
    readonly Counter<long> _count;
    readonly UpDownCounter<int> _queue;
    readonly Histogram<double> _duration;
#if NET9_0_OR_GREATER
    readonly Gauge<double> _level;
#endif
    long _asked;

    public ExactInstruments()
    {
        _count = _meter.CreateCounter<long>("x.count", "{item}", "Three and four more each time");
        _queue = _meter.CreateUpDownCounter<int>("x.queue", "{item}", "Two more each time");
        _duration = _meter.CreateHistogram<double>("x.duration", "s", "Of five", [new("kind", "h")]);
#if NET9_0_OR_GREATER
        _level = _meter.CreateGauge<double>("x.level", "%", "Set each time");
#endif
        _meter.CreateObservableGauge("x.asked", Asked);
        _meter.CreateObservableCounter("x.observed.count", () => Both(6 * Interlocked.Read(ref _asked)), "B");
        _meter.CreateObservableUpDownCounter("x.observed.queue", () => Both(-7));
        _meter.CreateObservableGauge("x.observed.level", () => Both(1e-7));
    }

    static Measurement<double>[] Both(double value) => [new(value, A), new(value * 2, B)];

    int Asked()
    {
        Interlocked.Increment(ref _asked);
        _count.Add(3, A);
        _count.Add(4, B);
        _queue.Add(2, A);
        foreach (double value in (double[])[0.25, 0.25, 0.5, 1, 8])
            _duration.Record(value, A);
        _duration.Record(3, B);
#if NET9_0_OR_GREATER
        _level.Record(12.5, A);
#endif
        return 1;
    }
}

// Likewise, EventCounters.
[EventSource(Name = "Portside.ExactCounters")]
sealed class ExactCounters : EventSource
{
    public static readonly ExactCounters Log = new();

    readonly PollingCounter _asked;
    readonly IncrementingEventCounter _rate;
    readonly IncrementingPollingCounter _polled;
    readonly EventCounter _work;
    long _total;

    ExactCounters()
    {
        _asked = new PollingCounter("asked", this, Asked) { DisplayName = "Asked" };
        _rate = new IncrementingEventCounter("rate", this) { DisplayName = "Rate", DisplayUnits = "tick" };
        _polled = new IncrementingPollingCounter("polled", this, () => _total) { DisplayName = "Polled" };
        _work = new EventCounter("work", this) { DisplayName = "Work", DisplayUnits = "ms" };
        _work.AddMetadata("shard", "a");
    }

    [NonEvent]
    double Asked()
    {
        _total += 7;
        _rate.Increment(5);
        _work.WriteMetric(2);
        _work.WriteMetric(3);
        return 42.5;
    }
}
