package org.lowrank.reports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of a result, and how they are written: tables as CSV, result.json, figures, and report.html last of all.
 *
 * <pre>{@code
 * ResultFiles files = new ResultFiles(report, json).with("matrices.csv", csv);
 * files.write(OutputDirectory.open(Path.of("results")), EnumSet.of(ResultFormat.HTML, ResultFormat.SVG));
 * }</pre>
 */
public final class ResultFiles {
    private static final double PNG_SCALE = 2;

    private final Map<String, String> csv = new LinkedHashMap<>();
    private final @Nullable String json;
    private final Report report;

    /**
     * A result.
     *
     * @param json the text of result.json, or null where it is not written
     */
    public ResultFiles(Report report, @Nullable String json) {
        this.report = report;
        this.json = json;
    }

    /** A CSV file beside. */
    public ResultFiles with(String name, String text) {
        csv.put(name, text);
        return this;
    }

    /**
     * Writes them and gives their paths, the report's last.
     *
     * @throws ReportWriteException if one cannot be written; those before it are whole
     */
    public List<Path> write(OutputDirectory directory, Set<ResultFormat> formats) throws ReportWriteException {
        List<Path> written = new ArrayList<>();
        if (formats.contains(ResultFormat.CSV)) {
            for (Map.Entry<String, String> file : csv.entrySet()) {
                written.add(directory.write(file.getKey(), file.getValue()));
            }
        }
        if (formats.contains(ResultFormat.JSON) && json != null) {
            written.add(directory.write("result.json", json));
        }
        boolean svg = formats.contains(ResultFormat.SVG);
        boolean png = formats.contains(ResultFormat.PNG);
        if (svg || png) {
            for (Report.FigureSection figure : report.figures()) {
                written.addAll(figures(figure, directory, svg, png));
            }
        }
        Optional<String> card = formats.contains(ResultFormat.CARD) ? ShareCard.svg(report) : Optional.empty();
        if (card.isPresent()) {
            written.add(directory.write("card.png", FigureRenderer.png(card.get(), 1)));
        }
        if (formats.contains(ResultFormat.HTML)) {
            written.add(directory.write("report.html", HtmlReport.render(report)));
        }
        return written;
    }

    /** The whole figure, and each of its panels. */
    private List<Path> figures(Report.FigureSection figure, OutputDirectory directory, boolean svg, boolean png)
            throws ReportWriteException {
        String footer = report.lead().footer();
        Map<String, String> drawings = new LinkedHashMap<>();
        if (!figure.panels().isEmpty()) {
            drawings.put(figure.id(), FigureRenderer.svg(figure, footer));
        }
        for (Report.Panel panel : figure.panels()) {
            drawings.computeIfAbsent(panel.id(), id -> FigureRenderer.svg(figure, panel, footer));
        }
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, String> drawing : drawings.entrySet()) {
            String name = "figures/" + fileName(drawing.getKey());
            if (svg) {
                written.add(directory.write(name + ".svg", drawing.getValue()));
            }
            if (png) {
                written.add(directory.write(name + ".png", FigureRenderer.png(drawing.getValue(), PNG_SCALE)));
            }
        }
        return written;
    }

    /** A name that is safe as that of a file on every system: {@code org/name} becomes {@code org--name}. */
    public static String fileName(String name) {
        return name.replace("/", "--").replaceAll("[^A-Za-z0-9._+@-]", "_").replaceAll("^[.]+", "_");
    }
}
