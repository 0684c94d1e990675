package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A report as one picture of 1200 × 630 pixels, the size that messengers and social networks show: title, sentence, the first
 * figure's first two panels, and in small print model, revision and version.
 */
final class ShareCard {
    static final int WIDTH = 1200;
    static final int HEIGHT = 630;
    private static final int MARGIN = 48;
    private static final int MOST_LINES = 3;
    private static final Pattern ROOT =
            Pattern.compile("(?s)^.*?<svg[^>]*?\\bviewBox=\"([^\"]+)\"[^>]*>(.*)</svg>\\s*$");

    private final StringBuilder svg = new StringBuilder();
    private double y = MARGIN;

    private ShareCard() {}

    /** Text as outlines; empty where the report has no figure. */
    static Optional<String> svg(Report report) {
        return report.figures().stream()
                .filter(figure -> !figure.panels().isEmpty())
                .findFirst()
                .map(figure -> new ShareCard().draw(report, figure));
    }

    private String draw(Report report, Report.FigureSection figure) {
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\" height=\"630\" viewBox=\"0 0 1200 630\">");
        svg.append("<rect width=\"1200\" height=\"630\" fill=\"#ffffff\"/>");
        double size = Math.min(
                46,
                46
                        * (WIDTH - 2 * MARGIN)
                        / Outlines.of(report.title(), 46, true).width());
        line(report.title(), size, true, "#1d2430");
        y += 8;
        lines(report.lead().summary(), 25).forEach(text -> line(text, 25, false, "#1d2430"));
        Report.FigureSection two = new Report.FigureSection(
                figure.id(),
                figure.title(),
                "",
                2,
                figure.panels().subList(0, Math.min(2, figure.panels().size())));
        Matcher chart = ROOT.matcher(Vega.svg(Figure.of(two), null, ""));
        if (!chart.matches()) {
            throw new IllegalStateException("figure: Vega drew no SVG with a viewBox");
        }
        double top = y + 14;
        svg.append("<svg x=\"")
                .append(MARGIN)
                .append("\" y=\"")
                .append(Ink.number(top))
                .append("\" width=\"")
                .append(WIDTH - 2 * MARGIN)
                .append("\" height=\"")
                .append(Ink.number(HEIGHT - 52 - top))
                .append("\" viewBox=\"")
                .append(chart.group(1))
                .append("\">")
                .append(chart.group(2))
                .append("</svg>");
        y = HEIGHT - 44;
        line(report.lead().footer(), 17, false, "#566070");
        return Outlined.svg(svg.append("</svg>").toString(), report.title());
    }

    private void line(String text, double size, boolean bold, String colour) {
        y += size;
        svg.append("<text font-size=\"")
                .append(Ink.number(size))
                .append("px\" font-weight=\"")
                .append(bold ? "bold" : "normal");
        svg.append("\" fill=\"")
                .append(colour)
                .append("\" transform=\"translate(")
                .append(MARGIN)
                .append(',');
        svg.append(Ink.number(y)).append(")\">").append(Ink.escape(text)).append("</text>");
        y += size * 0.3;
    }

    /** Words in lines that fit, the rest left out with … */
    private static List<String> lines(String text, double size) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && Outlines.of(longer, size, false).width() > WIDTH - 2 * MARGIN) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(word);
            } else {
                line.setLength(0);
                line.append(longer);
            }
        }
        lines.add(line.toString());
        if (lines.size() > MOST_LINES) {
            return List.of(lines.get(0), lines.get(1), lines.get(2) + " …");
        }
        return text.isEmpty() ? List.of() : lines;
    }
}
