package org.lowrank.analyzer.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of one stack of layers: which tensor plays which role. An entry of {@code architectures.json}.
 *
 * @param title in words
 * @param types the {@code model_type} values of config.json that use it
 * @param stack its name where the tensors' prefix does not tell
 * @param layers paths of a layer, {@code #} for its number; anything may come before, in whole segments
 * @param roles path inside the layer to role, {@code #} for any number
 * @param split how a fused QKV is divided
 * @param inOut matrices are stored [in, out]
 * @param shared its layers are used several times, so that config.json counts more than there are
 * @param inferable whether names alone, without its {@code model_type}, tell how to read it
 */
record Architecture(
        String title,
        List<String> types,
        String stack,
        List<String> layers,
        Map<String, Role> roles,
        FusedSplit split,
        boolean inOut,
        boolean shared,
        boolean inferable) {
    private static final Map<String, Pattern> PATTERNS = new java.util.concurrent.ConcurrentHashMap<>();
    private static final Pattern NUMBER = Pattern.compile("(^|\\.)(?:expert_)?(\\d{1,6})(?=\\.|$)");

    Architecture {
        types = List.copyOf(types);
        layers = List.copyOf(layers);
        roles = new LinkedHashMap<>(roles);
    }

    /**
     * A tensor's place.
     *
     * @param prefix segments before the layer, empty or without a final dot
     * @param layer the numbers in the layer's path
     * @param role what it is
     * @param expert its expert, or −1
     */
    record Place(String prefix, List<Integer> layer, Role role, int expert) {}

    /** Where a tensor of this module path lies, or null if this declaration has no place for it. */
    @Nullable
    Place place(String path) {
        for (String pattern : layers) {
            Matcher matcher = pattern(pattern).matcher(path);
            if (matcher.matches()) {
                String rest = matcher.group("rest");
                Role role = roles.get(NUMBER.matcher(rest).replaceAll("$1#"));
                if (role != null) {
                    return new Place(
                            matcher.group("prefix") == null ? "" : matcher.group("prefix"),
                            numbers(matcher.group("layer")),
                            role,
                            role.expert() ? lastNumber(rest) : -1);
                }
            }
        }
        return null;
    }

    private static Pattern pattern(String layer) {
        return PATTERNS.computeIfAbsent(layer, text -> {
            String path = Pattern.quote(text).replace("#", "\\E\\d{1,6}\\Q");
            return Pattern.compile("(?:(?<prefix>.*?)\\.)?(?<layer>" + path + ")\\.(?<rest>.+)");
        });
    }

    private static List<Integer> numbers(String path) {
        return Pattern.compile("\\d+")
                .matcher(path)
                .results()
                .map(found -> Integer.valueOf(found.group()))
                .toList();
    }

    private static int lastNumber(String path) {
        int last = -1;
        Matcher matcher = NUMBER.matcher(path);
        while (matcher.find()) {
            last = Integer.parseInt(matcher.group(2));
        }
        return last;
    }
}
