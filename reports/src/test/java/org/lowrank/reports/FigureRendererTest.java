package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.*;
import org.w3c.dom.Document;

class FigureRendererTest {
    private static Panel line(String name, double[] y) {
        double[] x = new double[y.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        Series series = new Series(name, x, y, null, Style.SOLID);
        return new Panel(
                "p",
                name,
                new Axis("Layer", false, false),
                new Axis(name, false, false),
                List.of(series),
                List.of(),
                List.of());
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static int marks(Document svg) {
        int marks = 0;
        var paths = svg.getElementsByTagName("path");
        for (int i = 0; i < paths.getLength(); i++) {
            if (paths.item(i).getAttributes().getNamedItem("transform") != null) {
                marks++;
            }
        }
        return marks;
    }

    @Test
    void everyFiniteValueHasAMark() throws Exception {
        // four values, one of them missing
        Document svg = parsed(FigureRenderer.svg(line("Q", new double[] {1, Double.NaN, 3, 2}), 400, 300));
        assertThat(marks(svg)).isEqualTo(3);
    }

    @Test
    void nonPositiveValuesHaveNoPlaceOnALogarithmicAxis() throws Exception {
        Panel linear = line("Q", new double[] {0, 1, 10, 100});
        Panel panel = new Panel("p", "t", linear.x(), new Axis("y", true, true), linear.series(), List.of(), List.of());
        assertThat(marks(parsed(FigureRenderer.svg(panel, 400, 300)))).isEqualTo(3);
    }

    @Test
    void hostileNamesLeaveTheSvgWellFormed() throws Exception {
        Document svg =
                parsed(FigureRenderer.svg(line("</svg><script>\u0000\ud800&\"'", new double[] {1, 2}), 400, 300));
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
    }

    @Test
    void panelOfNothingIsStillAPicture() throws Exception {
        Document svg = parsed(FigureRenderer.svg(line("Q", new double[] {Double.NaN, Double.NaN}), 400, 300));
        assertThat(marks(svg)).isZero();
    }

    @Test
    void savedFigureNeedsNoFont() {
        assertThat(FigureRenderer.svg(line("Q", new double[] {1, 2}), 400, 300)).doesNotContain("<text");
    }

    @Test
    void pngHasTheScaledSizeAndIsNotBlank() throws IOException {
        Report.FigureSection figure = SampleReports.experiment();
        byte[] png = FigureRenderer.png(figure.panels().get(2), 480, 320, 2);
        Files.write(Path.of("target", "panel.png"), png);
        Files.write(Path.of("target", "figure.png"), FigureRenderer.png(figure, 480, 320, 2));
        FigureSection layers = (FigureSection) SampleReports.bert().sections().get(0);
        Files.write(Path.of("target", "layers.png"), FigureRenderer.png(layers, 560, 360, 1.5));
        var image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isEqualTo(960);
        assertThat(image.getHeight()).isEqualTo(640);
        boolean inked = false;
        for (int x = 0; x < 960; x++) {
            inked |= (image.getRGB(x, 320) & 0xffffff) != 0xffffff;
        }
        assertThat(inked).isTrue();
    }
}
