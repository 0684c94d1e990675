package org.lowrank.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.lowrank.inference.library.PyTorchLibrary;
import org.lowrank.machine.files.CacheDirectory;
import org.lowrank.machine.program.Program;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.HubStatus;

/** What a report of a problem needs: the program, the machine, what the environment says, and whether the parts work. */
final class Doctor {
    private static final Pattern TELLING = Pattern.compile(
            "LOWRANK_.*|HF_.*|HUGGINGFACE_.*|XDG_CACHE_HOME|JAVA_.*|JDK_.*|MAVEN_.*|(?i:https?_proxy|no_proxy|all_proxy)"
                    + "|SSL_CERT_.*|PYTORCH_.*|DJL_.*|OMP_.*|CUDA_.*|LC_.*|LANG|TERM|COLUMNS|NO_COLOR|CLICOLOR.*|TMPDIR");

    private final Map<String, String> environment;
    private final Masking masking;
    private final Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private Doctor(Map<String, String> environment) {
        this.environment = environment;
        this.masking = Masking.ofProcess(environment);
    }

    /**
     * What was found.
     *
     * @param sections name and value of everything, by topic, without secrets
     * @param problems what does not work; empty where all is well
     */
    record Report(Map<String, Map<String, String>> sections, List<String> problems) {}

    /**
     * Looks.
     *
     * @param natives whether PyTorch is started, which takes seconds
     */
    static Report examine(Map<String, String> environment, boolean natives) {
        Doctor doctor = new Doctor(environment);
        doctor.program();
        doctor.machine();
        doctor.kernels(natives);
        doctor.places();
        doctor.variables();
        return new Report(doctor.sections, doctor.problems);
    }

    private Map<String, String> section(String name) {
        return sections.computeIfAbsent(name, unused -> new LinkedHashMap<>());
    }

    private void program() {
        Map<String, String> program = section("program");
        program.put("version", Program.version());
        program.put("commit", Program.commit());
        program.put("installed in", masking.text(installation()));
        program.put(
                "Java",
                Program.java() + " (" + System.getProperty("java.vendor") + ", " + System.getProperty("java.vm.name")
                        + " " + System.getProperty("java.vm.version") + ")");
        program.put("Java home", masking.text(System.getProperty("java.home", "")));
        program.put(
                "options",
                masking.text(
                        String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments())));
        program.put("class-data sharing", System.getProperty("java.vm.info", ""));
        program.put("heap", mebibytes(Runtime.getRuntime().maxMemory()));
    }

    private static String installation() {
        try {
            URI place = Doctor.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(place).toString();
        } catch (URISyntaxException | RuntimeException unknown) {
            return "unknown";
        }
    }

    private void machine() {
        Map<String, String> machine = section("machine");
        machine.put("system", Program.system() + " " + System.getProperty("os.version") + distribution());
        machine.put("processor", processor());
        machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            machine.put(
                    "memory",
                    mebibytes(system.getTotalMemorySize()) + ", free " + mebibytes(system.getFreeMemorySize()));
        }
        machine.put("encoding", System.getProperty("native.encoding", "?") + ", " + Locale.getDefault());
    }

    private static String distribution() {
        return firstOf(Path.of("/etc/os-release"), "PRETTY_NAME=")
                .map(name -> ", " + name.replace("\"", ""))
                .orElse("");
    }

    private static String processor() {
        return firstOf(Path.of("/proc/cpuinfo"), "model name")
                .map(name -> name.replaceFirst("^\\s*:\\s*", ""))
                .orElse(environmentProcessor());
    }

    private static String environmentProcessor() {
        return System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", System.getProperty("os.arch", ""));
    }

    /** What follows a word at the beginning of a line, where the system has such a file. */
    private static java.util.Optional<String> firstOf(Path file, String start) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(start)).findFirst().map(line -> line.substring(start.length()));
        } catch (IOException | RuntimeException notHere) {
            return java.util.Optional.empty();
        }
    }

    private void kernels(boolean natives) {
        Map<String, String> kernels = section("kernels");
        try {
            KernelTrial trial = KernelTrial.run();
            kernels.put("in use", trial.kernels());
            kernels.put("trial", trial.text());
            if (!trial.passed()) {
                problems.add("kernels: " + trial.text());
            }
        } catch (RuntimeException | LinkageError | InterruptedException e) {
            problems.add("kernels: " + masking.text(e.toString()));
        }
        PyTorchLibrary.Place library = PyTorchLibrary.find(environment);
        kernels.put("PyTorch's library", whereIs(library));
        kernels.put(
                "native engine",
                natives && library == PyTorchLibrary.Place.NOWHERE
                        ? "not started (no library)"
                        : natives ? nativeEngine() : "not started (--natives starts it)");
    }

    private static String whereIs(PyTorchLibrary.Place library) {
        return switch (library) {
            case PROGRAM -> "beside the program";
            case NAMED -> "named by PYTORCH_LIBRARY_PATH";
            case CACHE -> "in the cache";
            case NOWHERE -> "fetched with the first 'lowrank run', --certify or --spectrum";
        };
    }

    private String nativeEngine() {
        long start = System.nanoTime();
        String engine = SpectralEngines.nativeDescription().orElse("");
        if (engine.isEmpty()) {
            problems.add(
                    "native engine: PyTorch does not start here; --certify and --spectrum are slower without it, and "
                            + "'lowrank run' does not work");
            return "none";
        }
        return String.format(Locale.ROOT, "%s, started in %.1f s", engine, (System.nanoTime() - start) / 1e9);
    }

    private void places() {
        Map<String, String> places = section("places");
        places.put("cache", place(CacheDirectory.of(environment)));
        try {
            HubStatus hub = HubStatus.of(SourceOptions.defaults().withEnvironment(environment));
            places.put("hub cache", place(hub.cache()));
            places.put("hub", masking.text(hub.endpoint()));
            places.put(
                    "hub token",
                    hub.tokenFrom()
                            .map(masking::text)
                            .map(from -> "from " + from)
                            .orElse("none"));
            places.put(
                    "network", hub.offlineBy().map(by -> "forbidden by " + by).orElse("allowed (not tried)"));
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            problems.add("hub: " + masking.text(String.valueOf(e.getMessage())));
        }
        places.put("temporary files", place(Path.of(System.getProperty("java.io.tmpdir", "/tmp"))));
        places.put("results", place(Path.of("").toAbsolutePath()));
    }

    /** A directory, or where it would be made: whether it can be written, and what is free there. */
    private String place(Path directory) {
        Path existing = directory;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        String text = masking.text(directory.toString());
        if (existing == null) {
            return text + ": cannot be made";
        }
        try {
            String free = mebibytes(Files.getFileStore(existing).getUsableSpace()) + " free";
            return text + ": " + (existing.equals(directory) ? "" : "not there yet, ")
                    + (Files.isWritable(existing) ? "writable, " : "not writable, ") + free;
        } catch (IOException e) {
            return text + ": " + e.getClass().getSimpleName();
        }
    }

    private void variables() {
        Map<String, String> variables = section("environment");
        new TreeMap<>(environment).forEach((name, value) -> {
            if (TELLING.matcher(name).matches()) {
                variables.put(name, masking.value(name, value));
            }
        });
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
    }
}
