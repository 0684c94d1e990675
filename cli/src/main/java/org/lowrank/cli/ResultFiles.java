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
    private static final int WIDTH = 720;
    private static final int HEIGHT = 440;
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
            for (Report.Section section : report.sections()) {
                if (section instanceof Report.FigureSection figure) {
                    written.addAll(figures(figure, directory, svg, png));
                }
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
        List<Path> written = new ArrayList<>();
        if (figure.panels().isEmpty()) {
            return written;
        }
        String whole = "figures/" + OutputArguments.directoryName(List.of(figure.id()));
        if (svg) {
            written.add(directory.write(whole + ".svg", FigureRenderer.svg(figure, WIDTH, HEIGHT)));
        }
        if (png) {
            written.add(directory.write(whole + ".png", FigureRenderer.png(figure, WIDTH, HEIGHT, PNG_SCALE)));
        }
        for (Report.Panel panel : figure.panels()) {
            String name = "figures/" + OutputArguments.directoryName(List.of(panel.id()));
            if (svg && !name.equals(whole)) {
                written.add(directory.write(name + ".svg", FigureRenderer.svg(panel, WIDTH, HEIGHT)));
            }
            if (png && !name.equals(whole)) {
                written.add(directory.write(name + ".png", FigureRenderer.png(panel, WIDTH, HEIGHT, PNG_SCALE)));
            }
        }
        return written;
    }

    /** Prints where the files are, one path a line. */
    static void print(List<Path> written) {
        written.forEach(System.out::println);
    }
}
