using System.Diagnostics.Metrics;

namespace TaskAspire.Tests.Telemetry;

/// <summary>What <c>background_work_failing</c> of this process says.</summary>
internal static class BackgroundWork
{
    /// <summary>1 or 0; null for a work that is not there.</summary>
    public static int? Failing(string work)
    {
        int? failing = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, enabled) =>
        {
            if (instrument.Name == "background_work_failing")
            {
                enabled.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                failing = tag is { Key: "work", Value: string name } && name == work ? value : failing;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return failing;
    }
}
