package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.adapter.Adapter;
import org.lowrank.weights.adapter.AdapterTarget;
import org.lowrank.weights.adapter.Product;
import org.lowrank.weights.adapter.ProductTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * The products of an adapter as matrices of layers: where a target's path plays a role in a declared architecture its row is
 * that of the role, elsewhere of the path. An adapter does not say its base's {@code model_type}; the declaration that
 * explains most of its paths is taken.
 */
public final class AdapterLayers {
    private static final int SHOWN = 3;

    /** What adapters of diffusion models call the folder of the part they change. */
    private static final Pattern PARTS = Pattern.compile("(unet|transformer|prior|text_encoder)(_\\d)?");

    private final Map<ProductTensor, PathSegments> paths = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<ProductTensor, LayerStack.Placed> placed = new LinkedHashMap<>();
    private final Map<ProductTensor, LayerStack> stackOf = new LinkedHashMap<>();
    private final Set<ProductTensor> disputed = new HashSet<>();
    private Map<LayerStack, String> names = Map.of();

    private AdapterLayers(Adapter adapter) {
        Map<String, List<AdapterTarget>> byPath = new TreeMap<>();
        adapter.targets()
                .forEach(target -> byPath.computeIfAbsent(target.path(), path -> new ArrayList<>())
                        .add(target));
        byPath.forEach((path, targets) -> {
            List<Product> products = targets.stream()
                    .sorted(Comparator.comparingInt(AdapterTarget::expert))
                    .map(AdapterTarget::product)
                    .toList();
            paths.put(new ProductTensor(path, products, targets.get(0).expert() >= 0), PathSegments.of(path));
        });
    }

    /** The matrices of an adapter, ordered as a model's are. */
    public static ModelLayers of(Adapter adapter) {
        AdapterLayers layers = new AdapterLayers(adapter);
        layers.place();
        List<LayerMatrix> matrices = new ArrayList<>();
        layers.paths.forEach((tensor, path) -> matrices.addAll(layers.matrices(tensor, path.text())));
        matrices.sort(Comparator.comparing(LayerMatrix::id));
        List<ModelLayers.SkippedTensor> skipped = new ArrayList<>();
        adapter.others().forEach(other -> skipped.add(skipped(other.tensor(), other.reason())));
        adapter.saved()
                .forEach(saved -> skipped.add(
                        skipped(saved.tensor(), "a weight saved whole, not as a product (modules_to_save)")));
        List<String> warnings = new ArrayList<>(adapter.warnings());
        warnings.addAll(layers.warnings);
        return new ModelLayers(layers.card(adapter, matrices), matrices, skipped, warnings);
    }

    private static ModelLayers.SkippedTensor skipped(Tensor tensor, String reason) {
        return new ModelLayers.SkippedTensor(tensor.name(), tensor.dtype(), tensor.shape(), reason);
    }

    /** Greedily the declarations that place most targets; where equally good ones disagree about one, it has no role. */
    private void place() {
        Map<ProductTensor, PathSegments> open = new LinkedHashMap<>(paths);
        while (!open.isEmpty()) {
            List<LayerStack> stacks = stacks(open);
            int most = stacks.stream().mapToInt(LayerStack::size).max().orElse(0);
            if (most == 0) {
                break;
            }
            List<LayerStack> best =
                    stacks.stream().filter(stack -> stack.size() == most).toList();
            LayerStack first = best.get(0);
            for (LayerStack.Placed own : first.placed()) {
                ProductTensor tensor = (ProductTensor) own.tensor();
                open.remove(tensor);
                boolean agreed = best.stream()
                        .flatMap(stack -> stack.placed().stream())
                        .filter(other -> other.tensor() == tensor)
                        .allMatch(other -> other.role().kind().equals(own.role().kind()));
                if (agreed) {
                    placed.put(tensor, own);
                    stackOf.put(tensor, first);
                } else {
                    disputed.add(tensor);
                }
            }
        }
        names = names(stackOf.values().stream().distinct().toList());
        if (!disputed.isEmpty()) {
            warnings.add("architectures differ in what they make of "
                    + disputed.stream().limit(SHOWN).map(ProductTensor::name).collect(Collectors.joining(", "))
                    + (disputed.size() > SHOWN ? ", …" : "") + "; they are listed by their paths");
        }
    }

    /** A part of a pipeline has its folder's name, as in the model itself; no two stacks have the same. */
    private static Map<LayerStack, String> names(List<LayerStack> stacks) {
        Map<LayerStack, String> names = new LinkedHashMap<>(StackNames.of(stacks));
        Set<String> taken = new HashSet<>();
        for (LayerStack stack : stacks) {
            String folder = stack.prefix().split("\\.", 2)[0];
            if (PARTS.matcher(folder).matches() && taken.add(folder)) {
                names.put(stack, folder);
            }
        }
        return names;
    }

    private static List<LayerStack> stacks(Map<ProductTensor, PathSegments> paths) {
        List<LayerStack> stacks = new ArrayList<>();
        for (Architecture architecture : ArchitectureCatalog.all()) {
            Map<String, LayerStack> byPrefix = new LinkedHashMap<>();
            paths.forEach((tensor, path) -> {
                Architecture.Place place = architecture.place(path, Set.of());
                if (place != null && place.role() != null && place.role().expertAxis() == tensor.experts()) {
                    byPrefix.computeIfAbsent(place.prefix(), prefix -> new LayerStack(architecture, prefix))
                            .add(tensor, place);
                }
            });
            stacks.addAll(byPrefix.values());
        }
        return stacks;
    }

    private String name(LayerStack stack) {
        return names.getOrDefault(stack, stack.name());
    }

    private List<LayerMatrix> matrices(ProductTensor tensor, String path) {
        LayerStack.Placed own = placed.get(tensor);
        LayerStack stack = stackOf.get(tensor);
        List<LayerMatrix> matrices = new ArrayList<>();
        for (int expert = 0; expert < tensor.products().size(); expert++) {
            Optional<MatrixId.Member> member = member(tensor, path, own, stack, expert);
            if (own == null || stack == null) {
                matrices.add(whole(MatrixId.tensor("other", MatrixId.NO_LAYER, named(path, member)), tensor, expert));
                continue;
            }
            int layer = number(stack, own);
            Role role = own.role();
            MatrixId.Member which = member.orElse(MatrixId.Member.WHOLE);
            switch (role.kind()) {
                case GATE_UP, UP_GATE, GATE_UP_INTERLEAVED -> {
                    MatrixId gate = new MatrixId(name(stack), layer, MatrixKind.GATE, role.cross(), which, "");
                    matrices.addAll(halves(gate, role.kind(), tensor, expert));
                }
                case KV ->
                    matrices.add(whole(MatrixId.tensor(name(stack), layer, named(path, member)), tensor, expert));
                default -> {
                    MatrixKind kind = MatrixKind.valueOf(role.kind().name());
                    MatrixId id = new MatrixId(name(stack), layer, kind, role.cross(), which, "");
                    matrices.add(whole(id, tensor, expert));
                }
            }
        }
        return matrices;
    }

    private static Optional<MatrixId.Member> member(
            ProductTensor tensor,
            String path,
            LayerStack.@Nullable Placed own,
            @Nullable LayerStack stack,
            int expert) {
        if (tensor.experts()) {
            return Optional.of(MatrixId.Member.expert(expert));
        }
        if (own != null
                && stack != null
                && own.role().shared()
                && (path.contains("shared_expert") || isRouted(stack))) {
            return Optional.of(MatrixId.Member.SHARED);
        }
        return own != null && own.place().expert() >= 0
                ? Optional.of(MatrixId.Member.expert(own.place().expert()))
                : Optional.empty();
    }

    /** Whether routed experts are among its targets: what else is called shared may be all there is. */
    private static boolean isRouted(LayerStack stack) {
        return stack.placed().stream()
                .anyMatch(placed -> placed.role().expert() || placed.role().expertAxis());
    }

    private static String named(String path, Optional<MatrixId.Member> member) {
        return member.isPresent() && member.get().type() == MatrixId.Member.Type.EXPERT
                ? path + ":E" + member.get().number()
                : path;
    }

    /** Layers whose path has several numbers are counted in their order. */
    private static int number(LayerStack stack, LayerStack.Placed own) {
        List<Integer> numbers = own.place().layer();
        return numbers.size() == 1
                ? numbers.get(0)
                : stack.layers().headMap(numbers).size();
    }

    private static LayerMatrix whole(MatrixId id, ProductTensor tensor, int expert) {
        Product product = tensor.products().get(expert);
        return rows(id, tensor, expert, 0, product.rows(), 1);
    }

    private static List<LayerMatrix> halves(MatrixId gate, Role.Kind kind, ProductTensor tensor, int expert) {
        MatrixId up = new MatrixId(gate.stack(), gate.layer(), MatrixKind.M1, gate.cross(), gate.member(), "");
        long half = tensor.products().get(expert).rows() / 2;
        boolean upFirst = kind == Role.Kind.UP_GATE;
        if (kind == Role.Kind.GATE_UP_INTERLEAVED) {
            return List.of(rows(gate, tensor, expert, 0, half, 2), rows(up, tensor, expert, 1, half, 2));
        }
        return List.of(
                rows(upFirst ? up : gate, tensor, expert, 0, half, 1),
                rows(upFirst ? gate : up, tensor, expert, half, half, 1));
    }

    /** Rows first, first + step, … of one product. */
    private static LayerMatrix rows(MatrixId id, ProductTensor tensor, int expert, long first, long count, int step) {
        Product product = tensor.products().get(expert);
        long cols = product.cols();
        long start = (expert * product.rows() + first) * cols;
        Tensor.View view = new Tensor.View(start, count, cols, step * cols, 1);
        return new LayerMatrix(id, count, cols, List.of(new LayerMatrix.Part(tensor, List.of(view), false)));
    }

    private ModelLayers.ArchitectureCard card(Adapter adapter, List<LayerMatrix> matrices) {
        long layers = matrices.stream()
                .filter(matrix -> matrix.layer() != MatrixId.NO_LAYER)
                .map(matrix -> matrix.stack() + "/" + matrix.layer())
                .distinct()
                .count();
        Set<Tensor> factors = new HashSet<>();
        paths.keySet().forEach(tensor -> factors.addAll(tensor.sources()));
        long parameters = factors.stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact))
                .sum();
        LayerMatrix up = matrices.stream()
                .filter(matrix -> matrix.id().kind() == MatrixKind.M1)
                .findFirst()
                .orElse(null);
        long width = up != null
                ? up.cols()
                : matrices.stream()
                        .filter(matrix -> matrix.id().kind() == MatrixKind.Q)
                        .mapToLong(LayerMatrix::cols)
                        .findFirst()
                        .orElse(0);
        return new ModelLayers.ArchitectureCard(
                adapter.title(),
                Math.toIntExact(layers),
                width,
                up == null ? 0 : up.rows(),
                0,
                parameters,
                factors.iterator().next().dtype());
    }
}
