package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.lowrank.survey.population.SurveyOptions;
import org.lowrank.weights.files.SourceOptions;

class SurveyJobTest {
    private static SurveyJob job(String... words) {
        return SurveyJob.parse(words, Map.of("HF_ENDPOINT", "http://127.0.0.1:9"));
    }

    @Test
    void wordsBecomeTheOptionsOfTheCommand() {
        SurveyOptions options = job(
                        "models.txt",
                        "--out=s3a://b/o",
                        "--layers",
                        "0-5",
                        "--matrices",
                        "Q,O",
                        "--tolerance",
                        "1e-6",
                        "--exclude",
                        "a*",
                        "--exclude",
                        "b*",
                        "--spectrum",
                        "--force",
                        "--unit-bytes",
                        "1000")
                .survey(Optional.of("hf_secret"));

        assertThat(options.unitBytes()).isEqualTo(1000);
        assertThat(options.again()).isTrue();
        assertThat(options.measure().accuracy().tolerance()).isEqualTo(1e-6);
        assertThat(options.measure().accuracy().spectrum()).isTrue();
        assertThat(options.measure().selection().kinds()).containsExactly("O", "Q");
        assertThat(options.measure().selection().exclude()).hasSize(2);
        SourceOptions source = options.measure().source();
        assertThat(source.downloadMode()).isEqualTo(SourceOptions.DownloadMode.STREAM);
        assertThat(source.token()).contains("hf_secret");
        assertThat(source.environment()).containsEntry("HF_ENDPOINT", "http://127.0.0.1:9");
    }

    @Test
    void itTravelsWithoutASecret() throws Exception {
        SurveyJob job = SurveyJob.parse(
                new String[] {"models.txt", "--out", "out"}, Map.of("HF_TOKEN", "hf_secret", "HF_ENDPOINT", ""));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(job);

        assertThat(bytes.toString(java.nio.charset.StandardCharsets.ISO_8859_1)).doesNotContain("hf_secret");
        assertThat(new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject())
                .isEqualTo(job);
    }

    @Test
    void wrongWordsAreNamed() {
        assertThatThrownBy(() -> job("models.txt", "--out", "o", "--threads", "2"))
                .hasMessageContaining("--threads: no such option");
        assertThatThrownBy(() -> job("models.txt", "--out"))
                .hasMessageContaining("--out: no such option, or its value");
        assertThatThrownBy(() -> job("models.txt")).hasMessageContaining("one LIST and --out are needed");
        assertThatThrownBy(() -> job("a", "b", "--out", "o")).hasMessageContaining("one LIST");
        assertThatThrownBy(() -> job("a", "--out", "o", "--tolerance", "x"))
                .hasMessage("--tolerance: 'x': not a number");
        assertThatThrownBy(() -> job("a", "--out", "o", "--matrices", "Z")).hasMessageContaining("unknown matrix");
    }
}
