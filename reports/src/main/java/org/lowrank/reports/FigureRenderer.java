package org.lowrank.reports;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Publication figures from the same data as the page's charts, without a browser: vector, always light, text as outlines, so
 * that they need no font.
 */
public final class FigureRenderer {
    private static final int TITLE = 26;
    private static final int LEGEND_LINE = 20;

    private FigureRenderer() {}

    /**
     * A panel as it opens in the page, as a standalone SVG.
     *
     * @param width in pixels, 200 or more for a readable axis
     * @param height in pixels, legend and title included
     */
    public static String svg(Report.Panel panel, int width, int height) {
        return document(panel, width, height, panel(panel, Palette.slots(List.of(panel)), width, height));
    }

    /** The SVG of {@link #svg} with {@code scale} pixels for one of its own; 2 suits screens, 4 print. */
    public static byte[] png(Report.Panel panel, int width, int height, double scale) {
        return raster(svg(panel, width, height), width, height, scale);
    }

    /**
     * All panels of a figure in its rows and columns, colours shared.
     *
     * @param panelWidth width of one panel in pixels
     * @param panelHeight height of one panel in pixels
     */
    public static String svg(Report.FigureSection figure, int panelWidth, int panelHeight) {
        Map<String, Integer> slots = Palette.slots(figure.panels());
        int columns = columns(figure);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < figure.panels().size(); i++) {
            all.append("<g transform=\"translate(")
                    .append(i % columns * panelWidth)
                    .append(' ');
            all.append(i / columns * panelHeight).append(")\">");
            all.append(panel(figure.panels().get(i), slots, panelWidth, panelHeight))
                    .append("</g>");
        }
        return document(figure.title(), columns * panelWidth, rows(figure) * panelHeight, all.toString());
    }

    /** The SVG of a whole figure as PNG. */
    public static byte[] png(Report.FigureSection figure, int panelWidth, int panelHeight, double scale) {
        String svg = svg(figure, panelWidth, panelHeight);
        return raster(svg, columns(figure) * panelWidth, rows(figure) * panelHeight, scale);
    }

    private static int columns(Report.FigureSection figure) {
        return Math.max(1, Math.min(figure.columns(), figure.panels().size()));
    }

    private static int rows(Report.FigureSection figure) {
        return (figure.panels().size() + columns(figure) - 1) / columns(figure);
    }

    private static String document(Report.Panel panel, int width, int height, String body) {
        return document(panel.title(), width, height, body);
    }

    private static String document(String title, int width, int height, String body) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height
                + "\" viewBox=\"0 0 "
                + width + " " + height + "\"><title>" + Ink.escape(title) + "</title><rect width=\"" + width
                + "\" height=\"" + height + "\" fill=\"#ffffff\"/>" + body + "</svg>\n";
    }

    private static String panel(Report.Panel panel, Map<String, Integer> slots, int width, int height) {
        List<List<Report.Series>> legend = legendLines(panel, width);
        int bottom = height - legend.size() * LEGEND_LINE - (legend.isEmpty() ? 0 : 12);
        PanelView view = PanelView.first(panel);
        LineChart chart = new LineChart(view, slots, null, width, TITLE, bottom);
        StringBuilder svg = new StringBuilder();
        svg.append(Ink.PAPER.text("title", chart.left, 19, "start", panel.title()));
        svg.append(LineChartSvg.draw(chart, Ink.PAPER));
        for (int line = 0; line < legend.size(); line++) {
            double x = chart.left;
            double y = bottom + 12 + line * LEGEND_LINE;
            for (Report.Series series : legend.get(line)) {
                svg.append(entry(series, slots.getOrDefault(series.name(), 0), x, y));
                x += entryWidth(series);
            }
        }
        return svg.toString();
    }

    private static String entry(Report.Series series, int slot, double x, double y) {
        String at = Ink.number(x) + "," + Ink.number(y);
        String line = "<path" + Ink.PAPER.line(slot, series.style()) + " d=\"M" + at + "h24\"/>";
        String mark = slot >= Palette.SIZE
                ? ""
                : "<path" + Ink.PAPER.filled("key", slot) + " transform=\"translate(" + Ink.number(x + 12) + ","
                        + Ink.number(y) + ")\" d=\"" + Palette.marker(slot) + "\"/>";
        return line + mark + Ink.PAPER.text("tick", x + 30, y + 4, "start", series.name());
    }

    private static double entryWidth(Report.Series series) {
        return 30 + Outlines.of(series.name(), 11, false).width() + 18;
    }

    /** Lines of the legend, none where labels at the ends of the lines name every series. */
    private static List<List<Report.Series>> legendLines(Report.Panel panel, int width) {
        List<List<Report.Series>> lines = new ArrayList<>();
        if (LineChart.labelsEnds(panel.series())) {
            return lines;
        }
        double free = 0;
        for (Report.Series series : panel.series()) {
            if (lines.isEmpty() || free < entryWidth(series)) {
                lines.add(new ArrayList<>());
                free = width - 60;
            }
            lines.get(lines.size() - 1).add(series);
            free -= entryWidth(series);
        }
        return lines;
    }

    private static byte[] raster(String svg, int width, int height, double scale) {
        SVGDocument document = new SVGLoader()
                .load(
                        new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)),
                        null,
                        LoaderContext.createDefault());
        if (document == null) {
            throw new IllegalStateException("figure: the SVG just drawn cannot be read");
        }
        int pixelsWide = (int) Math.ceil(width * scale);
        int pixelsHigh = (int) Math.ceil(height * scale);
        BufferedImage image = new BufferedImage(pixelsWide, pixelsHigh, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, pixelsWide, pixelsHigh);
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            graphics.scale(scale, scale);
            document.render(null, graphics);
        } finally {
            graphics.dispose();
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }
}
