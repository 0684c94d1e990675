package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** doctor: complete, and without secrets. */
class DoctorTest {
    @Test
    void nothingSecretIsInTheReport(@TempDir Path home) throws IOException {
        Path hub = Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(hub.resolve("token"), "hf_fromthefile00000");
        Map<String, String> environment = new HashMap<>(Map.of(
                "HOME", home.toString(),
                "HF_TOKEN", "s3cret-of-the-hub",
                "HTTPS_PROXY", "http://ada:pa55word@proxy.example:3128",
                "HF_ENDPOINT", "http://localhost:1",
                "JAVA_TOOL_OPTIONS", "-Dhttp.proxyPassword=pa55word -Xmx1g",
                "LOWRANK_CACHE", home.resolve("cache") + "?token=abcdef",
                "AWS_SECRET_ACCESS_KEY", "s3cret-of-another"));
        Doctor.Report report = Doctor.examine(environment, false);
        String all = report.toString();
        assertThat(all).doesNotContain("s3cret", "pa55word", "abcdef", "hf_fromthefile", "AWS", home.toString());
        assertThat(report.sections().get("environment"))
                .containsEntry("HF_TOKEN", "set, not shown")
                .containsEntry("HTTPS_PROXY", "http://***@proxy.example:3128")
                .containsEntry("JAVA_TOOL_OPTIONS", "-Dhttp.proxyPassword=*** -Xmx1g")
                .containsEntry("LOWRANK_CACHE", "~/cache?token=***")
                .containsEntry("HF_ENDPOINT", "http://localhost:1");
        assertThat(report.problems()).isEmpty();
    }

    @Test
    void homeAndNameAreMaskedWhereverTheyStand() {
        Masking masking = new Masking("/home/ada/", "ada");
        assertThat(masking.text("/home/ada/x /home/adam/y /home/ada file:/home/ada/z /mnt/ada/w nevada"))
                .isEqualTo("~/x /home/adam/y ~ file:~/z /mnt/<user>/w nevada");
        assertThat(masking.text("a hf_abcdefghij b")).isEqualTo("a hf_*** b");
        assertThat(List.of("HF_TOKEN", "my_password", "API_KEY", "Authorization"))
                .allMatch(Masking::isSecret);
        assertThat(List.of("HF_HOME", "LANG", "LOWRANK_CACHE")).noneMatch(Masking::isSecret);
        assertThat(new Masking("", "").text("/home/ada")).isEqualTo("/home/ada");
    }

    @Test
    void kernelsAreTriedOnAMatrixOfKnownNorms() throws InterruptedException {
        KernelTrial trial = KernelTrial.run();
        assertThat(trial.passed()).as(trial.text()).isTrue();
        assertThat(new KernelTrial("k", 1e-6, 0).passed()).isFalse();
        assertThat(new KernelTrial("k", Double.NaN, 0).passed()).isFalse();
        assertThat(new KernelTrial("k", 0, 1e-6).text()).startsWith("WRONG");
    }

    @Test
    void wrongEndpointIsAProblem(@TempDir Path home) {
        Doctor.Report report = Doctor.examine(Map.of("HOME", home.toString(), "HF_ENDPOINT", "nonsense"), false);
        assertThat(report.problems()).singleElement().asString().startsWith("hub: bad HF_ENDPOINT");
    }

    @Test
    void commandPrintsTextAndJson() throws IOException {
        Run run = Run.of("doctor");
        assertThat(run.out()).contains("program", "kernels", "passed", "places", "Java");
        var json = new ObjectMapper().readTree(Run.of("doctor", "--json").out());
        assertThat(json.at("/sections/program/commit").asText()).isNotEmpty();
        assertThat(json.path("problems").isArray()).isTrue();
    }

    @Test
    void versionNamesCommitJavaKernelsAndEngine() {
        assertThat(Run.of("--version").outLines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("lowrank \\S+ \\(commit \\S+\\)"),
                        line -> assertThat(line).startsWith("Java " + System.getProperty("java.version")),
                        line -> assertThat(line).matches("kernels: (Vector API|plain Java).*"),
                        line -> assertThat(line).matches("engine: DJL \\d.*, PyTorch \\d.*, started when needed"));
    }
}
