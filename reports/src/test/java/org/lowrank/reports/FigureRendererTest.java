package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.*;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class FigureRendererTest {
    private static FigureSection line(String name, double... y) {
        return line(name, new Axis(name, false, false), y);
    }

    private static FigureSection line(String name, Axis vertical, double... y) {
        double[] x = new double[y.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        Series series = new Series(name, x, y, null, Style.SOLID);
        Panel panel = new Panel("p", name, new Axis("Layer", false, false), vertical, List.of(series));
        return new FigureSection("f", name, "", 1, List.of(panel));
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    /** Vega's point marks. */
    private static int marks(String svg) throws Exception {
        var groups = parsed(svg).getElementsByTagName("g");
        for (int i = 0; i < groups.getLength(); i++) {
            Element group = (Element) groups.item(i);
            if (group.getAttribute("class").contains("mark-symbol role-mark")) {
                return group.getElementsByTagName("path").getLength();
            }
        }
        return 0;
    }

    @Test
    void everyFiniteValueHasAMark() throws Exception {
        // four values, one of them missing
        assertThat(marks(FigureRenderer.svg(line("Q", 1, Double.NaN, 3, 2)))).isEqualTo(3);
    }

    @Test
    void nonPositiveValuesHaveNoPlaceOnALogarithmicAxis() throws Exception {
        FigureSection figure = line("Q", new Axis("y", true, true), 0, 1, 10, 100);
        assertThat(marks(FigureRenderer.svg(figure))).isEqualTo(3);
    }

    @Test
    void fileShowsWhatThePageShows() throws Exception {
        // 12 layers × 7 matrices
        FigureSection figure = SampleReports.bert().figures().get(0);
        assertThat(marks(FigureRenderer.svg(figure, figure.panels().get(0)))).isEqualTo(84);
    }

    @Test
    void panelsOfOneFigureShareTheirLegend() {
        // a legend of three models under seven panels: three outlines, not twenty-one
        String svg = FigureRenderer.svg(SampleReports.bert().figures().get(1));
        assertThat(svg.split("role-legend-label", -1)).hasSize(4);
    }

    @Test
    void hostileNamesLeaveTheSvgWellFormed() throws Exception {
        Document svg = parsed(FigureRenderer.svg(line("</svg><script>\u0000\ud800&\"'", 1, 2)));
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
    }

    @Test
    void panelOfNothingIsStillAPicture() throws Exception {
        String svg = FigureRenderer.svg(line("Q", Double.NaN, Double.NaN));
        assertThat(marks(svg)).isZero();
        assertThat(parsed(svg).getElementsByTagName("path").getLength()).isPositive();
    }

    @Test
    void savedFigureNeedsNoFont() {
        assertThat(FigureRenderer.svg(line("Q", 1, 2))).doesNotContain("<text").doesNotContain("var(--");
    }

    @Test
    void pngHasTheScaledSizeAndIsNotBlank() throws Exception {
        String svg = FigureRenderer.svg(SampleFigures.experiment());
        Element root = parsed(svg).getDocumentElement();
        Files.writeString(Path.of("target", "figure.svg"), svg);
        byte[] png = FigureRenderer.png(svg, 2);
        Files.write(Path.of("target", "figure.png"), png);
        var image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isEqualTo((int) Math.ceil(2 * Double.parseDouble(root.getAttribute("width"))));
        assertThat(image.getHeight()).isEqualTo((int) Math.ceil(2 * Double.parseDouble(root.getAttribute("height"))));
        boolean inked = false;
        for (int x = 0; x < image.getWidth(); x++) {
            inked |= (image.getRGB(x, image.getHeight() / 3) & 0xffffff) != 0xffffff;
        }
        assertThat(inked).isTrue();
    }
}
