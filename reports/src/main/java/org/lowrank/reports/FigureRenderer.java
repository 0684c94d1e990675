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
import javax.imageio.ImageIO;

/**
 * Publication figures without a browser: Vega draws the specification the page draws, vector, always light, text as outlines.
 */
public final class FigureRenderer {
    private FigureRenderer() {}

    /** All panels of a figure in its rows and columns. The first figure of a run takes some two seconds more. */
    public static String svg(Report.FigureSection figure) {
        return svg(figure, "");
    }

    /** The same with small print under it: which model, revision and version. */
    public static String svg(Report.FigureSection figure, String footer) {
        return Outlined.svg(Vega.svg(Figure.of(figure), null, footer), figure.title());
    }

    /** One panel of a figure. */
    public static String svg(Report.FigureSection figure, Report.Panel panel) {
        return svg(figure, panel, "");
    }

    /** The same with small print. */
    public static String svg(Report.FigureSection figure, Report.Panel panel, String footer) {
        return Outlined.svg(Vega.svg(Figure.of(figure), panel.id(), footer), panel.title());
    }

    /** An SVG of this class as PNG, with {@code scale} pixels for one of its own: 2 suits screens, 4 print. */
    public static byte[] png(String svg, double scale) {
        SVGDocument document = new SVGLoader()
                .load(
                        new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)),
                        null,
                        LoaderContext.createDefault());
        if (document == null) {
            throw new IllegalStateException("figure: the SVG just drawn cannot be read");
        }
        int width = (int) Math.ceil(document.size().width * scale);
        int height = (int) Math.ceil(document.size().height * scale);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, width, height);
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
