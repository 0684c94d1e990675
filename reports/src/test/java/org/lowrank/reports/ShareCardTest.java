package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ShareCardTest {
    @Test
    void isAPictureOfTheSizeNetworksShow() throws IOException {
        Report report = SampleReports.bert()
                .with(new Report.Lead(
                        "Stable ranks are low. ".repeat(20),
                        "",
                        List.of(),
                        List.of(),
                        "bert",
                        "bert 86b5 · lowrank 1"));
        byte[] png = FigureRenderer.png(ShareCard.svg(report).orElseThrow(), 1);
        Files.write(Path.of("target", "card.png"), png);
        var image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isEqualTo(1200);
        assertThat(image.getHeight()).isEqualTo(630);
        // drawn: title above, chart in the middle, small print below are not white throughout
        for (int top : new int[] {50, 300, 585}) {
            assertThat(inked(image, top, top + 30)).as("rows from " + top).isPositive();
        }
    }

    @Test
    void hostileNamesAreText() {
        assertThat(ShareCard.svg(HtmlReportTest.hostile()).orElseThrow()).doesNotContain("<img", "<script");
    }

    private static int inked(java.awt.image.BufferedImage image, int from, int to) {
        int inked = 0;
        for (int y = from; y < to; y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                inked += (image.getRGB(x, y) & 0xffffff) == 0xffffff ? 0 : 1;
            }
        }
        return inked;
    }
}
