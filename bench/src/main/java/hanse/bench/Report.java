package hanse.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What one bench measured: a table for people, one JSON object for machines.
final class Report {
    private final String bench;
    private final long seconds;
    private final int clients;
    private final Map<String, Double> ratios = new LinkedHashMap<>();
    private final Map<String, Double> rates = new LinkedHashMap<>();
    private Optional<ClosedLoop.Result> main = Optional.empty();

    Report(String bench, long seconds, int clients) {
        this.bench = bench;
        this.seconds = seconds;
        this.clients = clients;
        System.out.printf(Locale.ROOT, "%-58s %12s %10s %10s%n", bench, "per second", "p50 ms", "p99 ms");
    }

    /// A line of the table.
    ClosedLoop.Result line(String what, ClosedLoop.Result result) {
        System.out.printf(
                Locale.ROOT,
                "%-58s %12.0f %10.2f %10.2f%s%n",
                what,
                result.rate(),
                result.p50Millis(),
                result.p99Millis(),
                result.failed() == 0 ? "" : "   " + result.failed() + " FAILED");
        rates.put(what, result.rate());
        return result;
    }

    /// The line that the bench is about.
    ClosedLoop.Result main(String what, ClosedLoop.Result result) {
        main = Optional.of(result);
        return line(what, result);
    }

    /// A rate that has no latency of ours.
    double line(String what, double rate) {
        System.out.printf(Locale.ROOT, "%-58s %12.0f%n", what, rate);
        rates.put(what, rate);
        return rate;
    }

    void missing(String what, String why) {
        System.out.printf(Locale.ROOT, "%-58s %12s   %s%n", what, "missing", why);
    }

    void ratio(String name, double value) {
        System.out.printf(Locale.ROOT, "%-58s %12.2f%n", "÷ " + name, value);
        ratios.put(name, value);
    }

    /// The last line: what was really measured, and nothing else.
    String json() {
        StringBuilder json = new StringBuilder("{");
        json.append("\"bench\":\"").append(bench).append('"');
        json.append(",\"seconds\":").append(seconds);
        json.append(",\"clients\":").append(clients);
        main.ifPresent(result -> json.append(String.format(
                Locale.ROOT,
                ",\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f",
                result.rate(),
                result.p50Millis(),
                result.p99Millis())));
        json.append(",\"ratios\":{");
        boolean first = true;
        for (Map.Entry<String, Double> ratio : ratios.entrySet()) {
            json.append(first ? "" : ",")
                    .append(String.format(Locale.ROOT, "\"%s\":%.3f", ratio.getKey(), ratio.getValue()));
            first = false;
        }
        return json.append("}}").toString();
    }
}
