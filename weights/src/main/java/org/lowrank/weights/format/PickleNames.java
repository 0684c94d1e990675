package org.lowrank.weights.format;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which names in a pickle are data. None is ever looked up or called; but a pickle that asks for what runs code is no
 * checkpoint and is refused by that name. What training keeps beside its tensors (numpy's scalars and random states, paths,
 * dates, enums, a program's own settings) stays opaque.
 */
final class PickleNames {
    private static final Set<String> PLAIN_BUILTINS = Set.of(
            "set",
            "frozenset",
            "bytearray",
            "complex",
            "dict",
            "list",
            "tuple",
            "int",
            "float",
            "str",
            "bytes",
            "bool",
            "long",
            "unicode",
            "slice",
            "range",
            "xrange",
            "object",
            "Ellipsis",
            "NotImplemented");

    /** Python's own library: these hold values, everything else in it is refused. */
    private static final Set<String> PLAIN = Set.of(
            "collections.OrderedDict",
            "collections.Counter",
            "collections.defaultdict",
            "collections.deque",
            "argparse.Namespace",
            "types.SimpleNamespace",
            "_codecs.encode",
            "decimal.Decimal",
            "fractions.Fraction",
            "uuid.UUID",
            "copyreg._reconstructor",
            "copy_reg._reconstructor",
            "zoneinfo.ZoneInfo",
            "zoneinfo.ZoneInfo._unpickle",
            "random.Random",
            "enum.Enum",
            "enum.IntEnum",
            "inspect._empty");

    private static final Pattern PLAIN_CLASSES = Pattern.compile("pathlib(\\._local)?\\.(Pure)?(Posix|Windows)?Path"
            + "|datetime\\.(datetime|date|time|timedelta|timezone)");

    private static final Pattern TORCH_CLASSES = Pattern.compile(
            "torch\\.(nn|optim|distributed|amp|cuda|utils\\.data|_C|torch_version|storage)(\\.[a-z_0-9]+)*\\.[A-Z]\\w*");

    /** numpy's functions that rebuild its scalars, arrays, types and random states. */
    private static final Pattern NUMPY = Pattern.compile(
            "numpy\\.(_?core\\.(multiarray|numeric|umath)\\.(scalar|_reconstruct|_frombuffer)|(core\\.|_core\\.)?\\w*"
                    + "|dtypes\\.\\w+|random\\.(_?pickle|_\\w+|mtrand|bit_generator)?\\.?\\w+|ma\\.core\\.\\w+)");

    private static final Set<String> NUMPY_NAMES = Set.of(
            "load",
            "loads",
            "loadtxt",
            "genfromtxt",
            "fromfile",
            "memmap",
            "runstring",
            "system",
            "save",
            "savez",
            "test");

    private PickleNames() {}

    /** Whether a name is data of no concern; anything else that is no tensor's is refused. */
    static boolean isOpaque(String module, String name) {
        String full = module + "." + name;
        String top = module.contains(".") ? module.substring(0, module.indexOf('.')) : module;
        if (!module.matches("[\\w.]+") || !name.matches("[\\w.<>]+") || top.isEmpty()) {
            return false; // no name Python could import
        }
        if (module.equals("builtins") || module.equals("__builtin__")) {
            return PLAIN_BUILTINS.contains(name);
        }
        if (PLAIN.contains(full) || PLAIN_CLASSES.matcher(full).matches()) {
            return true;
        }
        if (top.equals("numpy")) {
            return NUMPY.matcher(full).matches() && !NUMPY_NAMES.contains(name);
        }
        if (top.equals("torch")) {
            return TORCH_CLASSES.matcher(full).matches();
        }
        return !RunningModules.contain(top) && (top.equals("__main__") || !top.startsWith("_"));
    }
}
