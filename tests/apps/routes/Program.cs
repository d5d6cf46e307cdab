// Fifty routes, and an exporter of its own: a listener in the app that takes the same instruments as portside's session.
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

const int Routes = 50;

var counts = new ConcurrentDictionary<string, long>();
using var listener = new MeterListener();
listener.InstrumentPublished = (instrument, self) =>
{
    if (instrument.Meter.Name == "Microsoft.AspNetCore.Hosting")
        self.EnableMeasurementEvents(instrument);
};
listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) =>
{
    foreach (var tag in tags)
        if (tag.Key == "http.route")
            counts.AddOrUpdate($"{tag.Value}", 1, (_, n) => n + 1);
});
listener.Start();

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();

app.MapGet("/hello", () => "hello");
app.MapGet("/exporter", () => string.Concat(counts.OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}\n")));
for (var i = 0; i < Routes; i++)
{
    var number = i;
    app.MapGet($"/route{number}/{{id}}", (int id) => number + id);
}
app.Run();
