package org.lowrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.FigureRenderer;
import org.lowrank.reports.HtmlReport;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.Report;
import org.lowrank.reports.ReportWriteException;

/** The files of a result in the formats asked for. */
final class ResultFiles {
    private static final double PNG_SCALE = 2;

    private final Map<String, String> csv = new LinkedHashMap<>();
    private final @Nullable String json;
    private final Report report;

    /**
     * A result.
     *
     * @param json the text of result.json, or null where it is not written
     */
    ResultFiles(Report report, @Nullable String json) {
        this.report = report;
        this.json = json;
    }

    /** A CSV file beside. */
    ResultFiles with(String name, String text) {
        csv.put(name, text);
        return this;
    }

    /** Writes them and gives their paths, the report's last. */
    List<Path> write(OutputDirectory directory, Set<OutputArguments.Format> formats) throws ReportWriteException {
        List<Path> written = new ArrayList<>();
        if (formats.contains(OutputArguments.Format.CSV)) {
            for (Map.Entry<String, String> file : csv.entrySet()) {
                written.add(directory.write(file.getKey(), file.getValue()));
            }
        }
        if (formats.contains(OutputArguments.Format.JSON) && json != null) {
            written.add(directory.write("result.json", json));
        }
        boolean svg = formats.contains(OutputArguments.Format.SVG);
        boolean png = formats.contains(OutputArguments.Format.PNG);
        if (svg || png) {
            for (Report.FigureSection figure : report.figures()) {
                written.addAll(figures(figure, directory, svg, png));
            }
        }
        if (formats.contains(OutputArguments.Format.HTML)) {
            written.add(directory.write("report.html", HtmlReport.render(report)));
        }
        return written;
    }

    /** The whole figure, and each of its panels. */
    private static List<Path> figures(Report.FigureSection figure, OutputDirectory directory, boolean svg, boolean png)
            throws ReportWriteException {
        Map<String, String> drawings = new LinkedHashMap<>();
        if (!figure.panels().isEmpty()) {
            drawings.put(figure.id(), FigureRenderer.svg(figure));
        }
        for (Report.Panel panel : figure.panels()) {
            drawings.computeIfAbsent(panel.id(), id -> FigureRenderer.svg(figure, panel));
        }
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, String> drawing : drawings.entrySet()) {
            String name = "figures/" + OutputArguments.directoryName(List.of(drawing.getKey()));
            if (svg) {
                written.add(directory.write(name + ".svg", drawing.getValue()));
            }
            if (png) {
                written.add(directory.write(name + ".png", FigureRenderer.png(drawing.getValue(), PNG_SCALE)));
            }
        }
        return written;
    }

    /** Prints where the files are, one path a line. */
    static void print(List<Path> written) {
        written.forEach(System.out::println);
    }
}
