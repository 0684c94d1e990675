package org.lowrank.weights.tensor;

import java.util.regex.Pattern;

/** A tensor's name as the path of the module it belongs to, in PyTorch's spelling. */
public final class ModulePath {
    private static final Pattern WRAPPER =
            Pattern.compile("(^|\\.)(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|base_layer)(?=\\.|$)");
    private static final Pattern TENSORFLOW_LAYER = Pattern.compile("(^|\\.)layer_(?:\\._)?(\\d+)(?=\\.)");
    private static final Pattern TENSORFLOW_BLOCK = Pattern.compile("(^|\\.)h_?(?:\\._)?(\\d+)(?=\\.)");
    private static final Pattern TENSORFLOW_LIST = Pattern.compile("\\._(\\d+)(?=\\.)");
    private static final Pattern WEIGHT = Pattern.compile("\\.(?:weight|kernel|w)$");

    private ModulePath() {}

    /** {@code bert/encoder/layer_0/attention/self/query/kernel:0} is {@code bert.encoder.layer.0.attention.self.query}. */
    public static String of(String name) {
        String path = name.replaceFirst(":\\d+$", "").replace('/', '.');
        if (!path.equals(name)) {
            path = TENSORFLOW_LIST.matcher(path).replaceAll("$1");
            path = TENSORFLOW_LAYER.matcher(path).replaceAll("$1layer.$2");
            path = TENSORFLOW_BLOCK.matcher(path).replaceAll("$1h.$2");
        }
        path = WRAPPER.matcher(path).replaceAll("");
        path = path.startsWith(".") ? path.substring(1) : path;
        return WEIGHT.matcher(path).replaceFirst("");
    }
}
