package org.lowrank.reports;

import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A line of text as outlines of its glyphs, so that a saved figure looks the same everywhere and needs no font.
 *
 * @param path the outlines, baseline at y = 0, beginning at x = 0
 * @param width where the next glyph would begin
 */
record Outlines(Path2D path, double width) {
    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

    /** Both weights, loaded once. */
    private static final class Fonts {
        static final Font REGULAR = load("DejaVuSans.ttf");
        static final Font BOLD = load("DejaVuSans-Bold.ttf");

        private static Font load(String name) {
            try (InputStream stream = Fonts.class.getResourceAsStream("font/" + name)) {
                if (stream == null) {
                    throw new IllegalStateException("font: " + name + ": not in the distribution; reinstall lowrank");
                }
                return Font.createFont(Font.TRUETYPE_FONT, stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (FontFormatException e) {
                throw new IllegalStateException("font: " + name + ": not readable; reinstall lowrank", e);
            }
        }
    }

    static Outlines of(String text, double size, boolean bold) {
        Font font = bold ? Fonts.BOLD : Fonts.REGULAR;
        Path2D path = new Path2D.Double();
        double end = 0;
        for (RichText.Run run : RichText.drawn(text)) {
            double scale = run.shift() == 0 ? size : size * 0.75;
            var glyphs = font.deriveFont((float) scale).createGlyphVector(CONTEXT, run.text());
            double rise = run.shift() > 0 ? -0.36 * size : run.shift() < 0 ? 0.2 * size : 0;
            path.append(glyphs.getOutline((float) end, (float) rise), false);
            end += glyphs.getLogicalBounds().getWidth();
        }
        return new Outlines(path, end);
    }

    /** Path data of the text at a place; {@code anchor} is start, middle or end. */
    String at(double x, double y, String anchor) {
        double start = x - (anchor.equals("middle") ? width / 2 : anchor.equals("end") ? width : 0);
        StringBuilder data = new StringBuilder();
        double[] c = new double[6];
        PathIterator segments = path.getPathIterator(AffineTransform.getTranslateInstance(start, y));
        for (; !segments.isDone(); segments.next()) {
            int points = switch (segments.currentSegment(c)) {
                case PathIterator.SEG_MOVETO -> append(data, 'M', 1);
                case PathIterator.SEG_LINETO -> append(data, 'L', 1);
                case PathIterator.SEG_QUADTO -> append(data, 'Q', 2);
                case PathIterator.SEG_CUBICTO -> append(data, 'C', 3);
                default -> append(data, 'Z', 0);
            };
            for (int i = 0; i < 2 * points; i++) {
                data.append(i == 0 ? "" : " ").append(Math.round(c[i] * 100) / 100.0);
            }
        }
        return data.toString();
    }

    private static int append(StringBuilder data, char command, int points) {
        data.append(command);
        return points;
    }
}
