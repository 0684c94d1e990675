package org.lowrank.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.survey.population.SurveyOptions;
import org.lowrank.survey.work.WorkPlan;
import org.lowrank.weights.files.SourceOptions;

/**
 * What executors are told: the words of the command and the Hub's address, no secret. Each reads the same words to the same options.
 *
 * @param list models, the first word that is no option
 * @param options values of options by their names, several of those that may be given several times
 * @param endpoint HF_ENDPOINT of the driver, empty where there is none
 */
record SurveyJob(String list, Map<String, List<String>> options, String endpoint) implements Serializable {
    private static final long serialVersionUID = 1L;

    static final String USAGE =
            "LIST --out PLACE [--layers LIST] [--matrices LIST] [--include GLOB]... [--exclude GLOB]... [--tolerance EPS]"
                    + " [--certify] [--exact] [--spectrum] [--format LIST] [--unit-bytes N] [--force]";

    private static final List<String> FLAGS = List.of("--certify", "--exact", "--spectrum", "--force");
    private static final List<String> VALUES = List.of(
            "--out", "--layers", "--matrices", "--include", "--exclude", "--tolerance", "--format", "--unit-bytes");

    /** Reads the command's words. {@code picocli} belongs to the one command; these are those of it that make sense here. */
    static SurveyJob parse(String[] words, Map<String, String> environment) {
        Map<String, List<String>> options = new HashMap<>();
        List<String> lists = new ArrayList<>();
        for (int i = 0; i < words.length; i++) {
            int equals = words[i].startsWith("--") ? words[i].indexOf('=') : -1;
            String name = equals < 0 ? words[i] : words[i].substring(0, equals);
            if (FLAGS.contains(name) && equals < 0) {
                options.put(name, new ArrayList<>());
            } else if (VALUES.contains(name) && (equals >= 0 || i + 1 < words.length)) {
                String value = equals < 0 ? words[++i] : words[i].substring(equals + 1);
                options.computeIfAbsent(name, none -> new ArrayList<>()).add(value);
            } else if (name.startsWith("-")) {
                throw new IllegalArgumentException(name + ": no such option, or its value is missing; usage: " + USAGE);
            } else {
                lists.add(name);
            }
        }
        if (lists.size() != 1 || !options.containsKey("--out")) {
            throw new IllegalArgumentException("one LIST and --out are needed; usage: " + USAGE);
        }
        SurveyJob job = new SurveyJob(lists.get(0), options, environment.getOrDefault("HF_ENDPOINT", ""));
        job.survey(Optional.empty());
        return job;
    }

    String out() {
        return value("--out").orElseThrow();
    }

    Optional<String> formats() {
        return value("--format");
    }

    private Optional<String> value(String name) {
        List<String> values = options.getOrDefault(name, List.of());
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    private double number(String name, double otherwise) {
        Optional<String> text = value(name);
        try {
            return text.map(Double::parseDouble).orElse(otherwise);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + text.orElse("") + "': not a number");
        }
    }

    /**
     * The options of the survey on this machine.
     *
     * @throws IllegalArgumentException in one line if one of them is wrong
     */
    SurveyOptions survey(Optional<String> token) {
        SpectralOptions usual = SpectralOptions.defaults();
        SpectralOptions accuracy = new SpectralOptions(
                number("--tolerance", usual.tolerance()),
                usual.failureProbability(),
                options.containsKey("--certify"),
                options.containsKey("--exact"),
                options.containsKey("--spectrum"),
                usual.seed());
        LayerSelection selection = LayerSelection.parse(value("--layers"), value("--matrices"))
                .withNames(options.getOrDefault("--include", List.of()), options.getOrDefault("--exclude", List.of()));
        MeasureOptions measure = MeasureOptions.defaults()
                .withSource(source(token))
                .withSelection(selection)
                .withAccuracy(accuracy)
                .withThreads(1)
                .withCommandLine(List.of("lowrank", "survey", list, "--out", out()));
        return SurveyOptions.of(measure)
                .withUnitBytes((long) number("--unit-bytes", WorkPlan.USUAL_UNIT_BYTES))
                .withAgain(options.containsKey("--force"));
    }

    /** Ranges only, nothing on an executor's disk; the token of the driver, else that of this machine's environment. */
    SourceOptions source(Optional<String> token) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        if (!endpoint.isEmpty()) {
            environment.put("HF_ENDPOINT", endpoint);
        }
        SourceOptions source = SourceOptions.defaults()
                .withEnvironment(environment)
                .withDownloadMode(SourceOptions.DownloadMode.STREAM);
        return token.map(source::withToken).orElse(source);
    }
}
